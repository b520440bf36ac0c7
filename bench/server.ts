// A stand-in for S3 that costs as little as it can, in a process of its own: fixed HEAD headers and prepared listings.
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

const [latencyMs = 0, total = 0] = process.argv.slice(2).map(Number);
const PAGE = 1000;
const KMS_KEY = 'arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab';

/** What S3 answers for an object under SSE-KMS, in its order and number of headers. */
const HEAD = [
  ...['x-amz-id-2', 'Xq1Gd2VsbG8tdGhpcy1pcy1hLWxvbmctcmVxdWVzdC1pZC1hcy1TMy1zZW5kcy10aGVt'],
  ...['x-amz-request-id', 'TX234S0F24A06C7A', 'Date', 'Sat, 21 Nov 2026 02:00:00 GMT'],
  ...['Last-Modified', 'Fri, 20 Nov 2026 01:02:03 GMT', 'ETag', '"9b2cf535f27731c974343645a3985328"'],
  ...['x-amz-server-side-encryption', 'aws:kms', 'x-amz-server-side-encryption-aws-kms-key-id', KMS_KEY],
  ...['x-amz-server-side-encryption-bucket-key-enabled', 'true', 'x-amz-meta-origin', 'loader-7'],
  ...['x-amz-version-id', 'null', 'Accept-Ranges', 'bytes', 'Content-Type', 'application/octet-stream'],
  ...['Content-Length', '1048576', 'Server', 'AmazonS3'],
];

const keyOf = (index: number): string => `data/2026/11/part-${String(index).padStart(9, '0')}.parquet`;
const listed = (index: number): string =>
  `<Contents><Key>${keyOf(index)}</Key><LastModified>2026-11-20T01:02:03.000Z</LastModified><ETag>&quot;9b2cf535f27731c974343645a3985328&quot;</ETag><ChecksumAlgorithm>CRC64NVME</ChecksumAlgorithm><ChecksumType>FULL_OBJECT</ChecksumType><Size>1048576</Size><StorageClass>STANDARD</StorageClass></Contents>`;

function makePage(from: number): Buffer {
  const count = Math.min(PAGE, total - from);
  const more = from + count < total;
  const contents = Array.from({ length: count }, (_, i) => listed(from + i)).join('');
  const token = more ? `<NextContinuationToken>1${from + count}</NextContinuationToken>` : '';
  return Buffer.from(
    `<?xml version="1.0" encoding="UTF-8"?>\n<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>bench-bucket</Name><Prefix>data/</Prefix>${token}<KeyCount>${count}</KeyCount><MaxKeys>1000</MaxKeys><EncodingType>url</EncodingType><IsTruncated>${more}</IsTruncated>${contents}</ListBucketResult>`,
  );
}

const pages = new Map<number, Buffer>();
for (let from = 0; from < total; from += PAGE) pages.set(from, makePage(from));

function answer(method: string | undefined, url: string, response: ServerResponse): void {
  if (method === 'HEAD') {
    response.writeHead(200, HEAD).end();
    return;
  }
  const after = /start-after=[^&]*part-(\d+)/.exec(url)?.[1];
  const page = pages.get(after === undefined ? 0 : Number(after) + 1) ?? Buffer.alloc(0);
  response.writeHead(200, ['Content-Type', 'application/xml', 'Content-Length', page.length]).end(page);
}

const server = createServer({ keepAliveTimeout: 120_000 }, (message, response) => {
  const url = message.url ?? '';
  if (latencyMs === 0) answer(message.method, url, response);
  else setTimeout(answer, latencyMs, message.method, url, response);
});
server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port));
process.on('disconnect', () => process.exit(0));
