import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { BeforeRequest } from '../../local/aws.ts';
import { escapeXml } from '../../local/xml.ts';
import { sqsEvent } from '../path/bench.ts';
import { Functions } from './functions.ts';
import { MARKED_POLICY, MARKERS, OBJECTS, placesOf } from './markers.ts';
import { markedRecord } from './markers-world.ts';
import { CONFIG, KEYS, LAKE } from './names.ts';
import { type Deployment, Site } from './site.ts';

/** What an error document of AWS can hold beside its code and its message. */
const DOCUMENT = {
  AWSAccessKeyId: 'MARKACCESSKEYID31',
  StringToSign: 'MARKSTRINGTOSIGN32',
  SignatureProvided: 'MARKSIGNATURE33',
  CanonicalRequest: 'MARKCANONICALREQUEST34',
  'Token-0': 'MARKTOKEN35',
  HostId: 'MARKHOSTID36',
} as const;
const PLAINTEXT = Buffer.from('MARK plaintext data key 32 bytes').toString('base64');

let site: Site;
let deployment: Deployment;
let interference: BeforeRequest | undefined;
beforeAll(async () => {
  site = await Site.start({ beforeRequest: [(service, request) => interference?.(service, request)] });
  deployment = await site.deploy({
    Policy: `s3://${CONFIG}/marked.yaml`,
    InstructionFiles: 'on',
    Proof: 'on',
    ProofKeyArns: KEYS.proof,
  });
  await site.put(CONFIG, 'marked.yaml', MARKED_POLICY);
  for (const [key, metadata] of Object.entries(OBJECTS)) await site.put(LAKE, key, 'x', undefined, metadata);
});
afterEach(() => {
  interference = undefined;
});
afterAll(() => site.close());

function errorDocument(status: number, code: string) {
  const elements = Object.entries(DOCUMENT).map(([name, text]) => `<${name}>${escapeXml(text)}</${name}>`);
  return {
    status,
    headers: { 'content-type': 'application/xml', 'x-amz-id-2': DOCUMENT.HostId },
    body: `<Error><Code>${code}</Code><Message>Refused.</Message>${elements.join('')}</Error>`,
  };
}

/** Invokes `audit-queue` for these objects; gives all that comes out, a thrown error as Lambda's runtime logs it. */
async function invoked(...keys: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const secrets = {
    AWS_SECRET_ACCESS_KEY: MARKERS['the secret access key'],
    AWS_SESSION_TOKEN: MARKERS['the session token'],
    AWS_MAX_ATTEMPTS: '1',
  };
  const functions = new Functions(site, deployment, secrets);
  let thrown = '';
  try {
    const bodies = keys.map((key) => JSON.stringify({ Records: [markedRecord(key)] }));
    await functions.queueEvent(sqsEvent(...bodies));
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    thrown = [error.name, error.message, error.stack, JSON.stringify({ ...error })].join('\n');
  }
  delete process.env.AWS_SESSION_TOKEN;
  return new Map([
    ['thrown', thrown],
    ['records', JSON.stringify(functions.records)],
    ['failures', functions.failures.join('\n')],
    ['alerts', JSON.stringify(await site.received())],
  ]);
}

function expectNone(sinks: ReadonlyMap<string, string>): void {
  for (const marker of [...Object.values(MARKERS), ...Object.values(DOCUMENT), PLAINTEXT])
    expect([marker, ...placesOf(marker, sinks)]).toEqual([marker]);
}

const isPolicy = (rawPath: string): boolean => rawPath.startsWith(`/${CONFIG}/`);

describe('an error', () => {
  it.each([
    [403, 'SignatureDoesNotMatch'],
    [403, 'InvalidAccessKeyId'],
    [400, 'ExpiredToken'],
    [403, 'AccessDenied'],
    [500, 'InternalError'],
  ])('of the policy, %d %s, says nothing of the document but its code and message', async (status, code) => {
    interference = (service, { rawPath }) =>
      service === 's3' && isPolicy(rawPath) ? errorDocument(status, code) : undefined;
    const sinks = await invoked('v2/whole');
    expect(sinks.get('thrown')).toMatch(/^PolicyUnusable\n/);
    expectNone(sinks);
  });

  it.each([
    [400, 'InvalidRequest'],
    [400, 'ExpiredToken'],
    [503, 'SlowDown'],
  ])('of an object, %d %s, says nothing of it either', async (status, code) => {
    interference = (service, { rawPath }) =>
      service === 's3' && !isPolicy(rawPath) ? errorDocument(status, code) : undefined;
    const sinks = await invoked('v2/whole', 'broken/key');
    expect(`${sinks.get('records')}${sinks.get('failures')}`.length).toBeGreaterThan(2);
    expectNone(sinks);
  });

  it.each([
    [403, 'InvalidClientTokenId'],
    [403, 'SignatureDoesNotMatch'],
    [500, 'InternalError'],
  ])('of SNS, %d %s, neither', async (status, code) => {
    const { body, headers } = errorDocument(status, code);
    interference = (service) =>
      service === 'sns' ? { status, headers, body: `<ErrorResponse>${body}</ErrorResponse>` } : undefined;
    const sinks = await invoked('v2/whole');
    expect(sinks.get('failures')).toContain(code.replace('InternalError', 'HTTP 500'));
    expectNone(sinks);
  });
});

describe('a proof', () => {
  it('whose endpoint decrypts although it was asked for a dry run keeps the data key to itself', async () => {
    interference = (service, { headers }) =>
      service === 'kms' && headers['x-amz-target']?.endsWith('.Decrypt')
        ? {
            status: 200,
            headers: { 'content-type': 'application/x-amz-json-1.1' },
            body: JSON.stringify({ KeyId: KEYS.proof, Plaintext: PLAINTEXT }),
          }
        : undefined;
    const sinks = await invoked('proof/wrong');
    expect(sinks.get('records')).toContain('the endpoint ignored DryRun');
    expectNone(sinks);
  });

  it('sends the wrapped key to KMS and to nobody else', async () => {
    const asked: string[] = [];
    interference = (service, { body, rawPath, headers, query }) => {
      const text = `${rawPath}?${query} ${JSON.stringify(headers)} ${body.toString()}`;
      if (text.includes(MARKERS['a wrapped key of V2'])) asked.push(service);
      return undefined;
    };
    await invoked('proof/wrong', 'v2/whole');
    expect(asked).toEqual(['kms']);
  });
});
