import { PutObjectCommand, UpdateObjectEncryptionCommand } from '@aws-sdk/client-s3';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type LocalAws, startLocalAws } from '../../local/aws.ts';
import { type EventSourceMapping, startEventSourceMapping } from '../../local/lambda/event-source-mapping.ts';
import { type LocalFunction, startFunction } from '../../local/lambda/function.ts';
import { at, deploy, idsOfType, list, properties } from '../template/stack.ts';
import { type Bundle, bundleHandler } from './bundle.ts';
import { Hands, type Place } from './hands.ts';
import { ACME, type Bucket, keyArn, REGION } from './names.ts';
import { digestOf, readInbox, recordsOf, type SeenDigest } from './seen.ts';
import { makeSite, type Site } from './site.ts';

const POLICY = `
version: 1
keys:
  lake: [${keyArn('plain')}, { key: ${keyArn('former')}, until: 2026-06-30 }]
rules:
  - { id: silent, match: s3://acme-silent/, severity: critical, sse: { key: lake } }
  - { id: versions, match: s3://acme-versions/, sse: { key: lake } }
`;
const RIGHT = { sse: 'aws:kms', key: keyArn('plain') } as const;
const AUDITED: readonly Bucket[] = ['acme-silent', 'acme-versions'];

let clock = Date.UTC(2026, 5, 1);
let aws: LocalAws;
let site: Site;
let hands: Hands;
let bundle: Bundle;
let auditor: LocalFunction;
let mapping: EventSourceMapping;
let number = 0;

beforeAll(async () => {
  aws = await startLocalAws({ clock: () => clock });
  site = await makeSite(aws);
  hands = new Hands(aws, site.events, site.topics);
  await hands.s3().send(new PutObjectCommand({ Bucket: 'acme-policy', Key: 'policy.yaml', Body: POLICY }));
  bundle = await bundleHandler('audit-queue');
  auditor = await startFunction({
    ...{ bundle: bundle.file, handler: 'handler', account: ACME, region: REGION, timeoutSeconds: 20 },
    name: 'audit-queue',
    environment: {
      AWS_ENDPOINT_URL: aws.endpoint,
      POLICY: 's3://acme-policy/policy.yaml',
      TOPIC_ARN: site.topics.alerts,
      MAIL_TOPIC_ARN: site.topics.mail,
    },
  });
  mapping = startEventSourceMapping({
    ...{ queue: site.events, function: auditor, reportBatchItemFailures: true },
  });
}, 60_000);

afterEach(async () => {
  for (const id of ['ObjectCreatedRule', 'EncryptionUpdateRule']) {
    aws.events.deleteRule(`arn:aws:events:${REGION}:${ACME}:rule/${id}`);
  }
  for (const bucket of AUDITED) aws.s3.control.setDataEvents(bucket, false);
  for (const inbox of Object.values(site.inboxes)) await readInbox(aws, inbox);
});

afterAll(async () => {
  await mapping.stop();
  await auditor.stop();
  hands.close();
  await aws.close();
  await bundle.remove();
});

/** Makes the rules that the template makes, out of their own patterns, with the queue in its place. Answers their names. */
function deployRules(given: Readonly<Record<string, string>> = {}): readonly string[] {
  const stack = deploy({ AuditedBuckets: AUDITED.join(','), ...given });
  const names = idsOfType(stack, 'AWS::Events::Rule');
  for (const name of names) {
    const { EventPattern: eventPattern, Targets } = properties(stack, name);
    expect(list(Targets).map((target) => at(target, 'Id'))).toEqual(['AuditQueue']);
    const rule = aws.events.putRule({ account: ACME, region: REGION, name, eventPattern });
    aws.events.putTargets(rule, [{ id: 'AuditQueue', arn: site.events.arn }]);
  }
  return names;
}

const trailOn = (): void => {
  for (const bucket of AUDITED) aws.s3.control.setDataEvents(bucket, true);
};

/** An object of a bucket that tells nothing by itself, under the key that the policy asks for. */
async function written(bucket: Bucket = 'acme-silent'): Promise<Place> {
  number += 1;
  const place = { bucket, key: `re-keyed ${number}/+%2B` };
  await hands.put(place, RIGHT);
  await digests();
  return place;
}

async function digests(): Promise<readonly SeenDigest[]> {
  await mapping.untilDrained();
  return (await readInbox(aws, site.inboxes.alerts)).map(digestOf);
}

const handedOut = (): number => mapping.outcomes().reduce((sum, { received }) => sum + received, 0);

describe('with EncryptionUpdateEvents=on and a trail', () => {
  it('an object that is re-keyed to a wrong key is alerted, and the alert names the key', async () => {
    expect(deployRules({ EncryptionUpdateEvents: 'on' })).toEqual(['EncryptionUpdateRule']);
    trailOn();
    const place = await written();
    const before = handedOut();
    await hands.reKey(place, keyArn('other'));
    const [digest, ...others] = await digests();
    expect(others).toEqual([]);
    // One message: of all that the trail records, the rule takes the re-key alone.
    expect(handedOut() - before).toBe(1);
    expect(digest).toMatchObject({
      outcome: 'violation',
      severity: 'critical',
      firstKey: place.key,
      count: 1,
    });
    expect(digest?.samples.items).toMatchObject([
      {
        object: place,
        violations: [{ code: 'KMS_KEY_NOT_ALLOWED', args: { actual: keyArn('other') } }],
        writer: { event: 'UpdateObjectEncryption' },
      },
    ]);
    const [mail] = await readInbox(aws, site.inboxes.mail);
    expect(mail?.body).toContain(keyArn('other'));
  });

  it('an object that is re-keyed to a right key is audited and not alerted', async () => {
    deployRules({ EncryptionUpdateEvents: 'on' });
    trailOn();
    const place = await written();
    const before = handedOut();
    await hands.reKey(place, keyArn('plain'));
    expect(await digests()).toEqual([]);
    expect(handedOut() - before).toBe(1);
  });

  it('a call that failed reaches the queue and is ignored, whatever the object is encrypted with', async () => {
    deployRules({ EncryptionUpdateEvents: 'on' });
    trailOn();
    const place = { bucket: 'acme-silent', key: 'never right' } as const;
    await hands.put(place, { sse: 'aws:kms', key: keyArn('other') });
    const [before, verdicts] = [handedOut(), recordsOf(auditor.logs()).length];
    await expect(hands.reKey(place, 'alias/plain')).rejects.toMatchObject({ name: 'InvalidRequest' });
    expect(await digests()).toEqual([]);
    expect(handedOut() - before).toBe(1);
    expect(recordsOf(auditor.logs()).length).toBe(verdicts);
    expect(site.deadLetters.messages()).toEqual([]);
  });

  it('the version that the call names is the one judged, whatever was written since', async () => {
    deployRules({ EncryptionUpdateEvents: 'on' });
    trailOn();
    const { bucket: Bucket, key: Key } = await written('acme-versions');
    const VersionId = await hands.put({ bucket: 'acme-versions', key: Key }, RIGHT);
    await hands.put({ bucket: 'acme-versions', key: Key }, RIGHT);
    expect(await digests()).toEqual([]);
    const ObjectEncryption = { SSEKMS: { KMSKeyArn: keyArn('other') } };
    await hands.s3().send(new UpdateObjectEncryptionCommand({ Bucket, Key, VersionId, ObjectEncryption }));
    const [digest, ...others] = await digests();
    expect(others).toEqual([]);
    expect(digest?.samples.items).toMatchObject([
      { object: { bucket: Bucket, key: Key, versionId: VersionId } },
    ]);
  });

  it('the last day of a key is judged by when the object was re-keyed, which HEAD does not show', async () => {
    deployRules({ EncryptionUpdateEvents: 'on' });
    trailOn();
    const place = await written();
    clock = Date.UTC(2026, 5, 30, 23, 59, 59);
    await hands.reKey(place, keyArn('former'));
    expect(await digests()).toEqual([]);
    clock = Date.UTC(2026, 6, 1);
    await hands.reKey(place, keyArn('former'));
    const [digest] = await digests();
    expect(digest?.codes).toEqual(['KMS_KEY_EXPIRED']);
    expect(digest?.samples.items).toMatchObject([
      { lastModified: '2026-06-01T00:00:00Z', writer: { at: '2026-07-01T00:00:00Z' } },
    ]);
  });

  it('nothing is told where the trail records no data events of the bucket', async () => {
    deployRules({ EncryptionUpdateEvents: 'on' });
    const place = await written();
    const before = handedOut();
    await hands.reKey(place, keyArn('other'));
    expect([await digests(), handedOut() - before]).toEqual([[], 0]);
  });
});

describe('with EncryptionUpdateEvents=off, the default', () => {
  it.each([
    ['no rule at all', {}, []],
    ['the rule for new objects', { EventBridgeForExistingBuckets: 'on' }, ['ObjectCreatedRule']],
  ])('and %s, nobody learns of a re-key, trail or not', async (_what, given, rules) => {
    expect(deployRules(given)).toEqual(rules);
    trailOn();
    const place = await written();
    const before = handedOut();
    await hands.reKey(place, keyArn('other'));
    expect([await digests(), handedOut() - before]).toEqual([[], 0]);
  });
});
