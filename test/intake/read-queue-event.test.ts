import { describe, expect, it } from 'vitest';
import { readBody } from '../../src/intake/read-body.ts';
import { isQueueEvent, readQueueEvent } from '../../src/intake/read-queue-event.ts';
import { absent, changed, sample } from './sample.ts';

const batch = sample('sqs-three-messages-middle-malformed');
const one = sample('sqs-s3-put');
const messagesOf = (event: unknown) => {
  const read = readQueueEvent(event);
  if (read.kind === 'malformed') throw new Error(read.why);
  return read.messages;
};

describe('a batch of queue messages', () => {
  it('with a malformed message in the middle is read, and only that message is malformed', () => {
    expect(messagesOf(batch).map(({ messageId, envelope }) => [messageId, envelope.kind])).toEqual([
      ['059f36b4-87a3-44ab-83d2-661975830a7d', 'objects'],
      ['2e1424d4-f796-459a-8184-9c92662be6da', 'malformed'],
      ['c80e8021-a70a-42c7-a470-796e1186f753', 'objects'],
    ]);
  });

  it('carries what each body holds', () => {
    const [message] = messagesOf(one);
    expect(message?.envelope).toEqual(readBody(JSON.stringify(sample('s3-put'))));
  });

  it('says how often each message was received', () => {
    expect(messagesOf(batch).map(({ receiveCount }) => receiveCount)).toEqual([1, 3, 1]);
  });

  it.each([absent, '', '0', '-1', '1.5', 'many', 4, null])('counts %j as the first receive', (count) => {
    const event = changed(one, 'Records.0.attributes.ApproximateReceiveCount', count);
    expect(messagesOf(event)[0]?.receiveCount).toBe(1);
  });

  it('counts the first receive without attributes', () => {
    expect(messagesOf(changed(one, 'Records.0.attributes', absent))[0]?.receiveCount).toBe(1);
  });

  it('fails a message without a body by itself', () => {
    expect(messagesOf(changed(batch, 'Records.0.body', absent)).map(({ envelope }) => envelope.kind)).toEqual(
      ['malformed', 'malformed', 'objects'],
    );
  });

  it.each([
    [absent, 'nothing'],
    ['', 'an empty string'],
    [7, 'number'],
  ])('is malformed whole where a message has %j for its id', (id, found) => {
    expect(readQueueEvent(changed(batch, 'Records.1.messageId', id))).toEqual({
      kind: 'malformed',
      why: `Records[1].messageId: found ${found}, expected a non-empty string; SQS cannot be told of one message without it, so the whole batch fails`,
    });
  });

  it('is malformed whole where a record comes from elsewhere', () => {
    expect(readQueueEvent(sample('s3-put'))).toEqual({
      kind: 'malformed',
      why: 'Records[0].eventSource: found "aws:s3", expected "aws:sqs"',
    });
  });

  it.each([
    [null, 'nothing'],
    [[], 'nothing'],
    [{}, 'nothing'],
    [{ Records: [] }, 'an empty list'],
    [{ Records: 'x' }, '"x"'],
  ])('is malformed whole where it is %j', (event, found) => {
    expect(readQueueEvent(event)).toEqual({
      kind: 'malformed',
      why: `Records: found ${found}, expected a list of messages`,
    });
  });
});

describe('isQueueEvent', () => {
  it('is true of a queue event, even one that is malformed', () => {
    expect(isQueueEvent(changed(one, 'Records.0.messageId', absent))).toBe(true);
  });

  it.each([null, 'x', {}, { Records: [] }, { Records: [null] }, { eventSource: 'aws:sqs' }])(
    'is false of %j',
    (event) => {
      expect(isQueueEvent(event)).toBe(false);
    },
  );
});
