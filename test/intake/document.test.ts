import { describe, expect, it } from 'vitest';
import { readBody, readEvent, readEventRecords } from '../../src/intake/read-body.ts';
import { readDocument } from '../../src/intake/read-document.ts';
import { absent, changed, onlyObject, sample } from './sample.ts';

const put = sample('s3-put');
const testEvent = sample('s3-test-event');
const wrap = (message: unknown) => ({
  Type: 'Notification',
  MessageId: 'da41e39f',
  Message: typeof message === 'string' ? message : JSON.stringify(message),
});
const body = (document: unknown) => readBody(JSON.stringify(document));

describe('the routes of one notification', () => {
  it.each([
    ['the body of a queue message', body(put)],
    ['an SNS envelope in a queue', body(wrap(put))],
    ['a function called by SNS', readEvent(sample('sns-s3-put'))],
    ['an SNS call that failed and came to a queue', body(sample('sns-s3-put'))],
    ['a document', readDocument(put)],
  ])('%s holds the same object as a function called by S3', (_, envelope) => {
    expect(envelope).toEqual(readEvent(put));
  });

  it('EventBridge in an SNS envelope is read like EventBridge alone', () => {
    const event = sample('eventbridge-object-created');
    expect(body(wrap(event))).toEqual(readEvent(event));
  });

  it('s3:TestEvent is ignored, bare and in SNS', () => {
    for (const document of [testEvent, wrap(testEvent), sample('sns-test-event')]) {
      expect(body(document)).toEqual({
        kind: 'ignored',
        why: 's3:TestEvent: a notification was configured, nothing was written',
      });
    }
  });

  it('a document with records is read as such even where it calls itself a test event', () => {
    expect(body(changed(put, 'Event', 's3:TestEvent'))).toEqual(readEvent(put));
  });
});

describe('several records in one message', () => {
  const [first] = recordsOf(put);
  const [deletion] = recordsOf(sample('s3-delete-ignored'));

  it('give an object each', () => {
    const envelope = readEvent(sample('s3-two-records'));
    expect(envelope.kind === 'objects' && envelope.objects.map(({ key }) => key)).toEqual([
      'tenants/a/part-0.parquet',
      'tenants/b/part-0.parquet',
    ]);
  });

  it('may be ignored beside an object', () => {
    expect(onlyObject(readEvent({ Records: [deletion, first] })).key).toBe('tenants/a/part-0.parquet');
  });

  it('are counted where all of them are ignored', () => {
    expect(readEvent({ Records: [deletion, deletion, deletion] })).toEqual({
      kind: 'ignored',
      why: '"ObjectRemoved:Delete": a deletion writes no object (and 2 more records without an object)',
    });
  });

  it('go back whole where one is malformed, which is named by its index', () => {
    const event = changed(sample('s3-two-records'), 'Records.1.s3.object.key', 7);
    expect(readEvent(event)).toEqual({
      kind: 'malformed',
      why: 'Records[1].s3.object.key: found number, expected a non-empty string',
    });
  });

  it('can be read each by itself, those too that came in an SNS envelope', () => {
    const event = { Records: [first, changed(first, 's3.object.key', ''), deletion] };
    const kinds = ['objects', 'malformed', 'ignored'];
    expect(readEventRecords(event).map(({ kind }) => kind)).toEqual(kinds);
    const sns = { Type: 'Notification', Message: JSON.stringify(event) };
    expect(readEventRecords(sns).map(({ kind }) => kind)).toEqual(kinds);
    expect(readEventRecords(sns)[1]).toEqual({
      kind: 'malformed',
      why: 'Message.Records[1].s3.object.key: found an empty string, expected a non-empty string',
    });
  });
});

function recordsOf(event: unknown): unknown[] {
  return Object.values(event ?? {}).flat();
}

describe('a place in a wrapped document', () => {
  const bad = changed(put, 'Records.0.s3.object.key', null);

  it('names the envelope of a queue message', () => {
    expect(body(wrap(bad))).toEqual({
      kind: 'malformed',
      why: 'Message.Records[0].s3.object.key: found null, expected a non-empty string',
    });
  });

  it("names SNS's record where SNS called the function", () => {
    const event = changed(sample('sns-s3-put'), 'Records.0.Sns.Message', JSON.stringify(bad));
    expect(readEvent(event)).toEqual({
      kind: 'malformed',
      why: 'Records[0].Sns.Message.Records[0].s3.object.key: found null, expected a non-empty string',
    });
  });
});

describe('what is no S3 event', () => {
  const shapes = 'Records, an SNS notification, an EventBridge event or s3:TestEvent';
  it.each([
    ['{', 'body: found "{", expected a JSON document'],
    ['', 'body: found an empty string, expected a JSON document'],
    ['null', 'document: found null, expected an object'],
    ['[]', 'document: found an empty list, expected an object'],
    ['"x"', 'document: found "x", expected an object'],
    ['{}', `document: found an empty object, expected ${shapes}`],
    ['{"a":1,"b":2}', `document: found an object of "a, b", expected ${shapes}`],
    ['{"Records":[]}', 'Records: found an empty list, expected a list of records'],
    ['{"Records":null}', 'Records: found null, expected a list of records'],
    ['{"Records":{}}', 'Records: found object, expected a list of records'],
    ['{"Records":[null]}', 'Records[0].eventSource: found nothing, expected "aws:s3"'],
    ['{"Type":"Notification"}', 'Message: found nothing, expected a JSON document'],
    ['{"Type":"Notification","Message":{}}', 'Message: found object, expected a JSON document'],
    ['{"Type":"Notification","Message":"hello"}', 'Message: found "hello", expected a JSON document'],
    ['{"Type":"Notification","Message":"3"}', 'Message: found number, expected an object'],
    ['{"__proto__":{"Records":[]}}', `document: found an object of "__proto__", expected ${shapes}`],
  ])('%s is malformed and says what was found', (text, why) => {
    expect(readBody(text)).toEqual({ kind: 'malformed', why });
  });

  it('an SNS subscription that waits for its confirmation is kept, not acknowledged', () => {
    expect(body({ Type: 'SubscriptionConfirmation', Message: 'You have chosen to subscribe' })).toEqual({
      kind: 'malformed',
      why: 'Type: found "SubscriptionConfirmation", expected "Notification"; this subscription waits for its confirmation',
    });
  });

  it('an SNS envelope is opened once', () => {
    const why = 'found an SNS envelope in another, expected an S3 event';
    expect(body(wrap(wrap(put)))).toEqual({ kind: 'malformed', why: `Message.Message: ${why}` });
    expect(body(wrap(sample('sns-s3-put')))).toEqual({
      kind: 'malformed',
      why: `Message.Records[0].Sns.Message: ${why}`,
    });
  });

  it('an own __proto__ cannot lend a record the fields that it lacks', () => {
    const record = JSON.stringify({
      eventSource: 'aws:s3',
      eventVersion: '2.6',
      eventName: 'ObjectCreated:Put',
    });
    const lent = `${record.slice(0, -1)},"__proto__":{"s3":{"bucket":{"name":"b"},"object":{"key":"k"}}}}`;
    expect(readBody(`{"Records":[${lent}]}`)).toEqual({
      kind: 'malformed',
      why: 'Records[0].s3.bucket.name: found nothing, expected a non-empty string',
    });
  });

  it('a field that only a prototype holds is absent', () => {
    const record: unknown = Object.create({ eventSource: 'aws:s3', eventVersion: '2.6' });
    expect(readEvent({ Records: [record] })).toEqual({
      kind: 'malformed',
      why: 'Records[0].eventSource: found nothing, expected "aws:s3"',
    });
  });

  it('nesting of half a million lists is an answer, not a stack overflow', () => {
    const deep = `${'['.repeat(500_000)}${']'.repeat(500_000)}`;
    expect(readBody(deep).kind).toBe('malformed');
    expect(readBody(`{"Records":[{"eventSource":${deep}}]}`).kind).toBe('malformed');
  });
});

describe('what a complaint shows of the text it found', () => {
  const shown = (eventVersion: string) => {
    const envelope = readEvent(changed(put, 'Records.0.eventVersion', eventVersion));
    return envelope.kind === 'malformed' ? /found "(.*)", expected/.exec(envelope.why)?.[1] : undefined;
  };

  it('is cut at 80 characters', () => {
    expect(shown('x'.repeat(80))).toBe('x'.repeat(80));
    expect(shown('x'.repeat(1_000_000))).toBe(`${'x'.repeat(80)}…`);
  });

  it('is never cut within an escape or a pair', () => {
    expect(shown(`${'x'.repeat(79)}\n\n`)).toBe(`${'x'.repeat(79)}…`);
    expect(shown(`${'x'.repeat(79)}🔑`)).toBe(`${'x'.repeat(79)}…`);
  });

  it('has no character that a terminal or a log line would obey', () => {
    expect(shown('\u200b\u{e0041}\ufeff')).toBe('\\u200b\\udb40\\udc41\\ufeff');
    expect(shown('a\n\u001b[2J\u009b\u202e\u2028"\u007f')).toBe(
      'a\\n\\u001b[2J\\u009b\\u202e\\u2028\\"\\u007f',
    );
  });
});

it('a sample can lose a field, or these tests would prove nothing', () => {
  expect(changed({ a: { b: 1, c: 2 } }, 'a.b', absent)).toEqual({ a: { c: 2 } });
});
