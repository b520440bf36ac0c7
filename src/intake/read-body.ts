import type { NonEmpty } from '../objects/non-empty.ts';
import type { Envelope } from './envelope.ts';
import { readDocument, readEachRecord, readText } from './read-document.ts';

/**
 * Reads the body of one SQS message: an S3 notification, an SNS envelope around it, or an EventBridge event.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html
 */
export const readBody = (body: string): Envelope => readText({ place: 'body', value: body }, 'outermost');

/**
 * Reads what a function gets straight from S3, SNS or EventBridge. A queue event is for `readQueueEvent`.
 * https://docs.aws.amazon.com/lambda/latest/dg/with-s3.html
 */
export const readEvent = (event: unknown): Envelope => readDocument(event);

/** Reads the same, each record by itself, in their order. */
export const readEventRecords = (event: unknown): NonEmpty<Envelope> => readEachRecord(event);
