import type { LocalResponse } from '../service.ts';

const queryPrefix = 'AWS.SimpleQueueService.';

interface Shape {
  readonly queryCode: string;
  readonly status: number;
}

// The two vocabularies differ: the JSON shape names the class in the SDK, the query code is what older clients branch on.
const shapes: Readonly<Record<string, Shape>> = {
  QueueDoesNotExist: { queryCode: `${queryPrefix}NonExistentQueue`, status: 400 },
  QueueNameExists: { queryCode: 'QueueAlreadyExists', status: 400 },
  ReceiptHandleIsInvalid: { queryCode: 'ReceiptHandleIsInvalid', status: 404 },
  MessageNotInflight: { queryCode: `${queryPrefix}MessageNotInflight`, status: 400 },
  EmptyBatchRequest: { queryCode: `${queryPrefix}EmptyBatchRequest`, status: 400 },
  TooManyEntriesInBatchRequest: { queryCode: `${queryPrefix}TooManyEntriesInBatchRequest`, status: 400 },
  BatchEntryIdsNotDistinct: { queryCode: `${queryPrefix}BatchEntryIdsNotDistinct`, status: 400 },
  BatchRequestTooLong: { queryCode: `${queryPrefix}BatchRequestTooLong`, status: 400 },
  InvalidBatchEntryId: { queryCode: `${queryPrefix}InvalidBatchEntryId`, status: 400 },
  UnsupportedOperation: { queryCode: `${queryPrefix}UnsupportedOperation`, status: 400 },
  UnknownOperationException: { queryCode: 'UnknownOperationException', status: 501 },
};

/** An error of SQS by the name of its shape, as the JSON protocol sends it. */
export class SqsError extends Error {
  readonly shape: string;

  constructor(shape: string, message: string) {
    super(message);
    this.name = 'SqsError';
    this.shape = shape;
  }

  get queryCode(): string {
    return shapes[this.shape]?.queryCode ?? this.shape;
  }

  get status(): number {
    return shapes[this.shape]?.status ?? 400;
  }
}

/** The parameter error that SQS gives for most bad values. */
export function invalidParameterValue(reason: string): SqsError {
  return new SqsError('InvalidParameterValue', reason);
}

/** What goes over the wire for an error, with the query code that the SDK reads from a header. */
export function errorResponse(error: SqsError): LocalResponse {
  return {
    status: error.status,
    headers: {
      'content-type': 'application/x-amz-json-1.0',
      'x-amzn-query-error': `${error.queryCode};${error.status < 500 ? 'Sender' : 'Receiver'}`,
    },
    body: JSON.stringify({ __type: `com.amazonaws.sqs#${error.shape}`, message: error.message }),
  };
}
