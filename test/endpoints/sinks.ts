import { afterAll, beforeAll, describe, expect } from 'vitest';
import type { AlertMessage } from '../../src/alerts/alert-sink.ts';
import { RetryableFailure } from '../../src/audit/failures.ts';
import { S3ReportStore } from '../../src/aws/report-store.ts';
import { SnsAlertSink } from '../../src/aws/sns-alert-sink.ts';
import { NotStored, type StoredObject } from '../../src/reaudit/batch-ports.ts';
import { claims, type Exceptions } from '../contract/claim.ts';
import { type Inbox, makeInbox } from './alerts.ts';
import { Buckets } from './buckets.ts';
import type { Endpoint } from './endpoint.ts';

const message = (codes: AlertMessage['attributes']['codes']): AlertMessage => ({
  subject: 'Two objects under the wrong key',
  body: '{"version":1,"count":2,"key":"a b/ü"}',
  attributes: {
    outcome: 'violation',
    severity: 'high',
    bucket: 'lake',
    rule: 'finance',
    codes,
    trigger: 'event',
  },
});

/** Alerts through the endpoint's own SNS. */
export function alertSinkContract(endpoint: Endpoint, exceptions: Exceptions): void {
  const { claim, allNamed } = claims(exceptions);

  describe('SnsAlertSink', () => {
    let all: Inbox;
    let some: Inbox;
    beforeAll(async () => {
      const wait = endpoint.vanishes ? 0 : 5;
      all = await makeInbox(endpoint.others, wait);
      some = await makeInbox(endpoint.others, wait, { codes: ['SSE_MISSING'], severity: ['high'] });
    });
    afterAll(async () => {
      await all.close();
      await some.close();
    });
    const sink = ({ client, topicArn }: Inbox) => new SnsAlertSink({ client: async () => client, topicArn });

    claim('a message arrives with its subject, its body and every attribute', async () => {
      const sent = message(['KMS_KEY_NOT_ALLOWED', 'BUCKET_KEY_NOT_AS_REQUIRED']);
      await sink(all).publish(sent);
      const [got] = await all.take();
      expect(got).toMatchObject({ Subject: sent.subject, Message: sent.body });
      expect(got?.MessageAttributes).toEqual({
        outcome: { Type: 'String', Value: 'violation' },
        severity: { Type: 'String', Value: 'high' },
        bucket: { Type: 'String', Value: 'lake' },
        rule: { Type: 'String', Value: 'finance' },
        trigger: { Type: 'String', Value: 'event' },
        codes: { Type: 'String.Array', Value: '["KMS_KEY_NOT_ALLOWED","BUCKET_KEY_NOT_AS_REQUIRED"]' },
      });
    });

    claim('a subscription filters by any one of the codes', async () => {
      await sink(some).publish(message(['KMS_KEY_NOT_ALLOWED']));
      await sink(some).publish(message(['KMS_KEY_NOT_ALLOWED', 'SSE_MISSING']));
      expect((await some.take()).length).toBe(1);
    });

    claim('a topic that is not there is a RetryableFailure that names it', async () => {
      const topicArn = `${all.topicArn}-nowhere`;
      const failure = sink({ ...all, topicArn }).publish(message(['SSE_MISSING']));
      await expect(failure).rejects.toThrow(RetryableFailure);
      await expect(failure).rejects.toThrow(topicArn);
    });

    allNamed();
  });
}

/** The report bucket. */
export function reportStoreContract(endpoint: Endpoint, exceptions: Exceptions): void {
  const { claim, allNamed } = claims(exceptions);

  describe('S3ReportStore', () => {
    const buckets = new Buckets(endpoint);
    let store: S3ReportStore;
    beforeAll(async () => {
      store = new S3ReportStore(async () => buckets.client, await buckets.make('reports'));
    });
    afterAll(() => buckets.close());

    const textOf = async (key: string): Promise<string> => {
      const pieces: Uint8Array[] = [];
      for await (const piece of store.read(key)) pieces.push(piece);
      return Buffer.concat(pieces).toString('utf8');
    };

    claim('what was put is read back whole, and listed with its size', async () => {
      const body = `${'é'.repeat(100_000)}\n`;
      await store.put('run 1/part-0.ndjson', body, 'application/x-ndjson');
      await store.put('run 1/part-0.ndjson.empty', '', 'text/plain');
      await store.put('run 2/part-0.ndjson', 'x', 'text/plain');
      expect(await textOf('run 1/part-0.ndjson')).toBe(body);
      const listed: StoredObject[] = [];
      for await (const one of store.list('run 1/')) listed.push(one);
      expect(listed).toEqual([
        { key: 'run 1/part-0.ndjson', bytes: 200_001 },
        { key: 'run 1/part-0.ndjson.empty', bytes: 0 },
      ]);
    });

    claim('what is not there is NotStored, with its place', async () => {
      await expect(textOf('nowhere')).rejects.toThrow(NotStored);
      await expect(textOf('nowhere')).rejects.toThrow(`s3://${store.bucket}/nowhere`);
    });

    allNamed();
  });
}
