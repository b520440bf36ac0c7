import { randomUUID } from 'node:crypto';
import type { ServiceName } from '../aws.ts';
import { KmsError } from '../kms/errors.ts';
import { errorResponse as kmsError } from '../kms/kms.ts';
import { accessDenied, renderError } from '../s3/errors.ts';
import type { LocalRequest, LocalResponse } from '../service.ts';
import { errorResponse as snsError } from '../sns/answers.ts';
import { SnsError } from '../sns/errors.ts';

/** The answer of a service to who may not: each has its own status, code and protocol. */
export function refusal(
  service: ServiceName,
  { method }: LocalRequest,
  action: string,
  text: string,
): LocalResponse {
  switch (service) {
    case 's3': {
      const headers = { 'content-type': 'application/xml', 'x-amz-request-id': randomUUID() };
      if (method === 'HEAD') return { status: 403, headers };
      return { status: 403, headers, body: renderError(accessDenied(text), headers['x-amz-request-id'], '') };
    }
    case 'kms':
      return kmsError(new KmsError('AccessDeniedException', text));
    case 'sns':
      // A key that SNS may not use for the publisher has an error of its own: https://docs.aws.amazon.com/sns/latest/api/API_Publish.html
      return snsError(
        action.startsWith('kms:')
          ? new SnsError('KMSAccessDenied', 400, text)
          : new SnsError('AuthorizationError', 403, text),
      );
    default:
      return {
        status: 403,
        headers: {
          'content-type': 'application/x-amz-json-1.0',
          'x-amzn-query-error': 'AccessDenied;Sender',
        },
        body: JSON.stringify({ __type: 'com.amazon.coral.service#AccessDeniedException', message: text }),
      };
  }
}
