// A stand-in for AWS that costs as little as it can, in a process of its own: fixed HEAD headers, prepared listings, and
// the few answers of KMS and SNS that the handlers ask for. Objects below `data/bad/` lie
// under another key, those below `other-0/` under S3's own.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { keyOf, POLICY, RIGHT_KEY, WRONG_KEY } from './world.ts';

const [latencyMs = 0, total = 0] = process.argv.slice(2).map(Number);
const PAGE = 1000;

/** What S3 answers for an object under SSE-KMS, in its order and number of headers. */
const headOf = (key: string): string[] => [
  ...['x-amz-id-2', 'Xq1Gd2VsbG8tdGhpcy1pcy1hLWxvbmctcmVxdWVzdC1pZC1hcy1TMy1zZW5kcy10aGVt'],
  ...['x-amz-request-id', 'TX234S0F24A06C7A', 'Date', 'Sat, 21 Nov 2026 02:00:00 GMT'],
  ...['Last-Modified', 'Fri, 20 Nov 2026 01:02:03 GMT', 'ETag', '"9b2cf535f27731c974343645a3985328"'],
  ...['x-amz-server-side-encryption', 'aws:kms', 'x-amz-server-side-encryption-aws-kms-key-id', key],
  ...['x-amz-server-side-encryption-bucket-key-enabled', 'true', 'x-amz-meta-origin', 'loader-7'],
  ...['x-amz-version-id', 'null', 'Accept-Ranges', 'bytes', 'Content-Type', 'application/octet-stream'],
  ...['Content-Length', '1048576', 'Server', 'AmazonS3'],
];
const HEAD = headOf(RIGHT_KEY);
const BAD_HEAD = headOf(WRONG_KEY);
/** Under S3's own keys: KMS is not asked about these. */
const PLAIN_HEAD = ['Content-Length', '1048576', 'x-amz-server-side-encryption', 'AES256'];

function headAt(url: string): string[] {
  if (url.includes('/other-0/')) return PLAIN_HEAD;
  return url.includes('/data/bad/') ? BAD_HEAD : HEAD;
}

const listed = (index: number): string =>
  `<Contents><Key>${keyOf(index)}</Key><LastModified>2026-11-20T01:02:03.000Z</LastModified><ETag>&quot;9b2cf535f27731c974343645a3985328&quot;</ETag><ChecksumAlgorithm>CRC64NVME</ChecksumAlgorithm><ChecksumType>FULL_OBJECT</ChecksumType><Size>1048576</Size><StorageClass>STANDARD</StorageClass></Contents>`;

function makePage(from: number): Buffer {
  const count = Math.max(0, Math.min(PAGE, total - from));
  const more = from + count < total;
  const contents = Array.from({ length: count }, (_, i) => listed(from + i)).join('');
  const token = more ? `<NextContinuationToken>1${from + count}</NextContinuationToken>` : '';
  return Buffer.from(
    `<?xml version="1.0" encoding="UTF-8"?>\n<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>bench-bucket</Name><Prefix>data/</Prefix>${token}<KeyCount>${count}</KeyCount><MaxKeys>1000</MaxKeys><EncodingType>url</EncodingType><IsTruncated>${more}</IsTruncated>${contents}</ListBucketResult>`,
  );
}

const pages = new Map<number, Buffer>();
for (let from = 0; from < total; from += PAGE) pages.set(from, makePage(from));

/** The first object after a text, which need not be a key. */
function firstAfter(text: string): number {
  let [low, high] = [0, total];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (keyOf(middle) > text) high = middle;
    else low = middle + 1;
  }
  return low;
}

function pageAfter(text: string | undefined): Buffer {
  const from = text === undefined ? 0 : firstAfter(text);
  const page = pages.get(from) ?? makePage(from);
  pages.set(from, page);
  return page;
}

const json = (value: unknown): Content => ({
  type: 'application/x-amz-json-1.1',
  body: Buffer.from(JSON.stringify(value)),
});

const KEY_ID = RIGHT_KEY.slice(-36);
const KMS: Readonly<Record<string, Content>> = {
  'TrentService.ListAliases': json({ Aliases: [], Truncated: false }),
  'TrentService.DescribeKey': json({
    KeyMetadata: {
      AWSAccountId: '111122223333',
      ...{ KeyId: KEY_ID, Arn: RIGHT_KEY, Enabled: true, KeyState: 'Enabled', KeyManager: 'CUSTOMER' },
      ...{ CreationDate: 1_700_000_000, KeyUsage: 'ENCRYPT_DECRYPT', KeySpec: 'SYMMETRIC_DEFAULT' },
    },
  }),
};

const PUBLISHED = Buffer.from(
  '<PublishResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/"><PublishResult><MessageId>7f0c2b1e-1d7d-4f5e-9f5a-2f8f6a1f6a11</MessageId></PublishResult><ResponseMetadata><RequestId>9d0ac6b7-3c1b-4f2f-8a5e-0b8b1f6f3d55</RequestId></ResponseMetadata></PublishResponse>',
);

interface Content {
  readonly type: string;
  readonly body: Buffer;
}

function contentFor({ method, url = '', headers }: IncomingMessage): Content {
  const known = KMS[String(headers['x-amz-target'])];
  if (known !== undefined) return known;
  if (method === 'POST') return { type: 'text/xml', body: PUBLISHED };
  if (method === 'PUT') return { type: 'text/xml', body: Buffer.alloc(0) };
  if (url.includes('/policy.yaml')) return { type: 'binary/octet-stream', body: Buffer.from(POLICY) };
  const after = new URL(url, 'http://localhost').searchParams.get('start-after') ?? undefined;
  return { type: 'application/xml', body: pageAfter(after) };
}

/** What is sent in a body has all come by now. */
function answer(message: IncomingMessage, response: ServerResponse): void {
  if (message.method === 'HEAD') {
    response.writeHead(200, headAt(message.url ?? '')).end();
    return;
  }
  const { type, body } = contentFor(message);
  response.writeHead(200, ['Content-Type', type, 'Content-Length', String(body.length)]).end(body);
}

const server = createServer({ keepAliveTimeout: 120_000 }, (message, response) => {
  const serve = (): void => {
    if (latencyMs === 0) answer(message, response);
    else setTimeout(answer, latencyMs, message, response);
  };
  if (message.method === 'POST' || message.method === 'PUT') message.resume().on('end', serve);
  else serve();
});
server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port));
process.on('disconnect', () => process.exit(0));
