import { randomUUID } from 'node:crypto';
import type { LocalResponse } from '../service.ts';
import { escapeXml } from '../xml.ts';
import type { SnsError } from './errors.ts';

const namespace = 'http://sns.amazonaws.com/doc/2010-03-31/';

/** What an operation answers: text, a list, a map, or members by name. Nothing else occurs in SNS. */
export type Answer = string | readonly Answer[] | AnswerMap | { readonly [name: string]: Answer };

/** A map of SNS, which goes over the wire as entries and not as members. */
export class AnswerMap {
  readonly entries: readonly (readonly [string, string])[];

  constructor(values: Readonly<Record<string, string>>) {
    this.entries = Object.entries(values);
  }
}

/** The XML of a successful answer. */
export function successResponse(action: string, result: Answer | undefined): LocalResponse {
  const members = result === undefined ? '' : `<${action}Result>${xml(result)}</${action}Result>`;
  return xmlResponse(
    200,
    `<${action}Response xmlns="${namespace}">${members}<ResponseMetadata><RequestId>${randomUUID()}</RequestId></ResponseMetadata></${action}Response>`,
  );
}

/** The XML of an error. */
export function errorResponse(error: SnsError): LocalResponse {
  const fault = error.status < 500 ? 'Sender' : 'Receiver';
  const members = xml({ Type: fault, Code: error.code, Message: error.message });
  return xmlResponse(
    error.status,
    `<ErrorResponse xmlns="${namespace}"><Error>${members}</Error><RequestId>${randomUUID()}</RequestId></ErrorResponse>`,
  );
}

function xmlResponse(status: number, body: string): LocalResponse {
  return { status, headers: { 'content-type': 'text/xml' }, body };
}

function xml(answer: Answer): string {
  if (typeof answer === 'string') return escapeXml(answer);
  if (answer instanceof AnswerMap) {
    return answer.entries
      .map(([key, value]) => `<entry><key>${escapeXml(key)}</key><value>${escapeXml(value)}</value></entry>`)
      .join('');
  }
  if (Array.isArray(answer)) return answer.map((item: Answer) => `<member>${xml(item)}</member>`).join('');
  return Object.entries(answer)
    .map(([name, value]) => `<${name}>${xml(value)}</${name}>`)
    .join('');
}
