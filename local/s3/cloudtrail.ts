import { randomUUID } from 'node:crypto';
import type { BusEvent } from '../events/events.ts';
import type { S3Call } from './call.ts';
import type { S3Error } from './errors.ts';
import { toSeconds } from './eventbridge.ts';
import type { Bucket } from './store.ts';

/** A call on an object, with how it ended. */
export interface RecordedCall {
  readonly call: S3Call;
  readonly bucket: Bucket;
  /** The API's name for it, for example `UpdateObjectEncryption`. */
  readonly name: string;
  /** Absent where the call was refused. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly error?: S3Error;
}

/**
 * The data event that a trail records of a call and hands to EventBridge. Refused calls are recorded too.
 * https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html
 */
export function dataEvent({ call, bucket, name, headers, error }: RecordedCall, now: number): BusEvent {
  const { account, region, partition } = bucket;
  const time = toSeconds(now);
  const bucketArn = `arn:${partition}:s3:::${bucket.name}`;
  const detail = {
    eventVersion: '1.11',
    userIdentity: userIdentity(call, partition),
    eventTime: time,
    eventSource: 's3.amazonaws.com',
    eventName: name,
    awsRegion: region,
    sourceIPAddress: '127.0.0.1',
    userAgent: `[${call.headers['user-agent'] ?? ''}]`,
    ...(error === undefined ? {} : { errorCode: error.code, errorMessage: error.message }),
    requestParameters: requestParameters(call, bucket),
    responseElements: responseElements(headers),
    requestID: call.requestId,
    eventID: randomUUID(),
    readOnly: false,
    resources: [
      { type: 'AWS::S3::Object', ARN: `${bucketArn}/${call.key}` },
      { accountId: account, type: 'AWS::S3::Bucket', ARN: bucketArn },
    ],
    eventType: 'AwsApiCall',
    managementEvent: false,
    recipientAccountId: account,
    eventCategory: 'Data',
  };
  const type = 'AWS API Call via CloudTrail';
  return { source: 'aws.s3', 'detail-type': type, account, region, time, resources: [], detail };
}

function userIdentity({ caller }: S3Call, partition: string): Readonly<Record<string, string>> {
  return {
    type: 'IAMUser',
    principalId: caller.accessKeyId,
    arn: `arn:${partition}:iam::${caller.account}:user/local`,
    accountId: caller.account,
    accessKeyId: caller.accessKeyId,
    userName: 'local',
  };
}

/** The query as CloudTrail shows it: sub-resources are names with an empty value. */
function requestParameters({ key, query, headers }: S3Call, bucket: Bucket): Record<string, string> {
  const asked = [...query].filter(([name]) => name !== 'x-id');
  return { ...Object.fromEntries(asked), bucketName: bucket.name, key, Host: headers.host ?? '' };
}

function responseElements(headers: RecordedCall['headers']): Readonly<Record<string, string>> | null {
  const shown = Object.entries(headers ?? {}).filter(([name]) => name.startsWith('x-amz-'));
  return shown.length === 0 ? null : Object.fromEntries(shown);
}
