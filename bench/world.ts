/** The bucket that the bench audits, and its policy. */
export const BUCKET = 'bench-bucket';
export const REGION = 'eu-west-1';

const arn = (id: string): string => `arn:aws:kms:${REGION}:111122223333:key/${id}`;
export const RIGHT_KEY = arn('1234abcd-12ab-34cd-56ef-1234567890ab');
export const WRONG_KEY = arn('0987dcba-09fe-87dc-65ba-ab0987654321');

export const keyOf = (index: number): string => `data/2026/11/part-${String(index).padStart(9, '0')}.parquet`;
/** An object under another key than its rule wants. */
export const badKeyOf = (index: number): string =>
  `data/bad/2026/11/part-${String(index).padStart(9, '0')}.parquet`;

/** Ten rules, of which one governs what the server lists, by an alias that KMS has to resolve. */
export const POLICY = `
version: 1
defaults: { severity: medium, uncovered: alert }
keys: { lake: alias/lake }
rules:
  - { id: lake, match: s3://bench-bucket/data/, severity: high, sse: { algorithm: [aws:kms], key: lake, bucketKey: required } }
${Array.from({ length: 9 }, (_, i) => `  - { id: other-${i}, match: s3://bench-bucket/other-${i}/, severity: low, sse: { algorithm: [AES256] } }`).join('\n')}
`;

/** As long as a role's session has them. */
export const CREDENTIALS = {
  accessKeyId: 'LOCAL111122223333',
  secretAccessKey: 'local',
  sessionToken: 'x'.repeat(400),
} as const;

/** A Lambda function's environment that reaches the server. */
export const lambdaEnvironment = (port: number, policy: string): Record<string, string> => ({
  PATH: process.env.PATH ?? '',
  // Without a configuration file in it, as in Lambda.
  HOME: '/nonexistent',
  AWS_REGION: REGION,
  AWS_ACCESS_KEY_ID: CREDENTIALS.accessKeyId,
  AWS_SECRET_ACCESS_KEY: CREDENTIALS.secretAccessKey,
  AWS_SESSION_TOKEN: CREDENTIALS.sessionToken,
  AWS_ENDPOINT_URL: `http://127.0.0.1:${port}`,
  POLICY: policy,
  TOPIC_ARN: `arn:aws:sns:${REGION}:111122223333:alerts`,
  REPORT_BUCKET: 'bench-reports',
});
