import type { EndpointName } from './endpoint.ts';

export type Suite =
  | 'ObjectHeads'
  | 'ObjectLister'
  | 'InstructionFiles'
  | 'BucketSettings'
  | 'ReportStore'
  | 'KeyDirectory'
  | 'AlertSink'
  | 'signatures'
  | 'path'
  | 'versions';

/** In what an endpoint is not as AWS documents it. */
export interface Listed {
  readonly suite: Suite;
  /** By their titles, which are what the suites call them. */
  readonly claims: readonly string[];
  readonly instead: string;
  /** What that means for whoever trusts a green run, or for users of such a server. */
  readonly meaning: string;
  /** Text of the failure: any other one is a disagreement that is not listed. */
  readonly shows: string;
}

const both = (...titles: readonly string[]): readonly string[] =>
  titles.flatMap((title) => [`${title}, by its event`, `${title}, by a re-audit`]);

const PLAIN = 'an object that asked for nothing is under AES256';
const PLAIN_ALLOWED = 'an object that asked for nothing is good enough where AES256 is allowed';
const SSE_C = 'an object under a key of the writer is SSE-C';
const BY_ALIAS = 'a key named by its alias in the write is that key';
const BY_ID = 'a key named by its bare id in the write is that key';
const NO_KEY = 'KMS without a key is the key that AWS manages';
const DSSE = 'DSSE is another algorithm, with its key';
const BELIEVED_ONLY = 'It rests on the documents of AWS alone.';
const WITHOUT_LABEL =
  'The verdict is SSE_MISSING, never SSE-S3: a server that says nothing is not given the benefit of the doubt.';

const A_DEFAULT = [
  'AES256 that was put is AES256 without a key',
  'aws:kms comes with the ARN of its key',
  'aws:kms:dsse comes with the ARN of its key',
  'an alias comes as it was put: it is not resolved',
  'aws:kms without a key comes without one',
  'an S3 Bucket Key that was put on is so',
  'an S3 Bucket Key that was put off is so',
  'SSE-C that was blocked is among the blocked types',
  'SSE-C is not among them where NONE was put after it',
  'the last default that was put is the one that is told, in whole',
];
const NO_DEFAULT = 'a new bucket has AES256, with no key and no S3 Bucket Key';

const MOTO: readonly Listed[] = [
  {
    suite: 'ObjectHeads',
    claims: ['the name __proto__ is a name like any other'],
    instead: 'drops metadata with an underscore in its name',
    meaning: 'Nothing: no envelope has such a name.',
    shows: 'expected Map{} to deeply equal',
  },
  {
    suite: 'ObjectHeads',
    claims: ['the key "line\\nfeed\\ttab" is asked for verbatim'],
    instead: 'its router takes no path with a line feed in it: the write gets a page of HTML for an answer',
    meaning: 'Ceph takes such keys.',
    shows: 'XML parse error',
  },
  {
    suite: 'ObjectHeads',
    claims: ['a refusal is denied, and not told as missing'],
    instead: 'a bucket policy refuses GET there, and not HEAD',
    meaning: 'Refusals of HEAD are proven on Ceph and the local AWS.',
    shows: "kind: 'found'",
  },
  {
    suite: 'ObjectHeads',
    claims: ['SSE-C is a bad request whose error document speaks of server-side encryption'],
    instead: 'answers 200 to a HEAD without the key, and shows no SSE-C',
    meaning: 'A server like that hides SSE-C from every auditor.',
    shows: "kind: 'found'",
  },
  {
    suite: 'ObjectLister',
    claims: ['a listing begins after the key that is named, whether it is there or not'],
    instead: 'ListObjectVersions begins with the key of the marker, not after it',
    meaning:
      'A run that goes on from a key without a version may list its versions twice. That AWS leaves the key out rests on its documents alone.',
    shows: 'expected Set{',
  },
  {
    suite: 'BucketSettings',
    claims: [NO_DEFAULT],
    instead: 'has no default until one is put, and answers 404',
    meaning: 'Read as no default. No rule that asks for encryption is satisfied by that.',
    shows: 'got {"kind":"none"}',
  },
  {
    suite: 'BucketSettings',
    claims: ['SSE-C that was blocked is among the blocked types'],
    instead: 'leaves the blocked types out of its answer',
    meaning:
      'There `bucket check` always says SSE_C_NOT_BLOCKED. How AWS tells them rests on its documents alone.',
    shows: 'expected [] to deeply equal',
  },
  {
    suite: 'BucketSettings',
    claims: ['EventBridge is on where it was put alone', 'EventBridge is on beside a target'],
    instead: 'leaves EventBridge out of its answer',
    meaning:
      'There `bucket check` may raise a false alarm, and passes nothing for it. How AWS tells it rests on its documents alone.',
    shows: 'eventBridge: false',
  },
  {
    suite: 'BucketSettings',
    claims: ['is told as denied by both questions, each with the permission that it needs'],
    instead: 'a bucket policy refuses no question about the bucket',
    meaning: 'Ceph proves it of notifications, the local AWS of both.',
    shows: "[\n  { kind: 'none' },\n  { kind: 'found'",
  },
  {
    suite: 'BucketSettings',
    claims: ['to credentials that nobody has is CallerRefused by both questions, not denied'],
    instead: 'takes any credentials',
    meaning: 'It is proven on Ceph.',
    shows: "value: { kind: 'none' }",
  },
  {
    suite: 'KeyDirectory',
    claims: ['the key behind alias/aws/s3 is managed by AWS'],
    instead: 'says KeyManager CUSTOMER',
    meaning: 'There `key: alias/aws/s3` never holds. AWS documents KeyManager AWS.',
    shows: "manager: 'CUSTOMER'",
  },
  {
    suite: 'KeyDirectory',
    claims: [
      'holds for the key that wrapped it, under its context in any order',
      'asks in the Region of the key, whatever Region is given',
    ],
    instead: 'ignores DryRun and decrypts',
    meaning: 'The answer is dropped unread and proves nothing: `proof` is CSE_PROOF_UNDECIDED there.',
    shows: 'the endpoint ignored DryRun',
  },
  {
    suite: 'signatures',
    claims: [
      'of a HEAD by a wrong secret are refused',
      'of a listing by a wrong secret are refused, and the caller is told so',
      'by an access key that nobody has are refused',
    ],
    instead: 'checks no signature',
    meaning: 'Signatures are proven on Ceph.',
    shows: "kind: '",
  },
  {
    suite: 'path',
    claims: both(PLAIN, PLAIN_ALLOWED),
    instead: 'shows no server-side encryption for an object that asked for none',
    meaning: WITHOUT_LABEL,
    shows: '"codes":["SSE_MISSING"]',
  },
  {
    suite: 'path',
    claims: both(SSE_C),
    instead: 'answers 200 to a HEAD without the key, and shows no SSE-C',
    meaning: WITHOUT_LABEL,
    shows: '"codes":["SSE_MISSING"]',
  },
  {
    suite: 'path',
    claims: both(BY_ALIAS),
    instead: 'shows the alias in place of the key',
    meaning: 'The verdict is unknown: an alias that is found was the writer’s, and may be another account’s.',
    shows: '"codes":["KEY_UNRESOLVED"]',
  },
  {
    suite: 'path',
    claims: both(BY_ID),
    instead: 'shows the bare id in place of the ARN',
    meaning: 'Compliant all the same, unless `trustedAccounts` asks for the account.',
    shows: '{"outcome":"compliant","rule":"finance"',
  },
  {
    suite: 'path',
    claims: both(NO_KEY),
    instead: 'shows aws:kms without a key',
    meaning: 'The verdict is unknown, KEY_NOT_REPORTED.',
    shows: '"codes":["KEY_NOT_REPORTED"]',
  },
  {
    suite: 'path',
    claims: both(DSSE),
    instead: 'shows DSSE without its key',
    meaning: 'KEY_NOT_REPORTED stands beside the violation.',
    shows: '"codes":["SSE_ALGORITHM_NOT_ALLOWED","KEY_NOT_REPORTED"]',
  },
  {
    suite: 'path',
    claims: both(
      'the key "line\\nfeed\\ttab" is found under its key',
      'the key "line\\nfeed\\ttab" is a violation under another',
    ),
    instead: 'takes no key with a line feed in it',
    meaning: 'Ceph does.',
    shows: 'the write was refused',
  },
  {
    suite: 'versions',
    claims: ['the version that an event names is the one that is judged, also below a delete marker'],
    instead: 'leaves the version out of its notifications',
    meaning:
      'The current version is judged in its place, and an object below a delete marker is gone. `audit --versions` finds them.',
    shows: "[ 'finance/below a marker', undefined, [] ]",
  },
];

const RADOSGW: readonly Listed[] = [
  {
    suite: 'ObjectHeads',
    claims: ['the algorithm AES256 comes as it is'],
    instead: 'takes the header and shows nothing on HEAD',
    meaning: WITHOUT_LABEL,
    shows: "expected undefined to be 'AES256'",
  },
  {
    suite: 'ObjectHeads',
    claims: ['each version is the one that is named, the current one where none is'],
    instead: 'the version under AES256 shows nothing on HEAD',
    meaning: 'Versions themselves are told apart: the suite of signatures asks for each by its id.',
    shows: '(serverSideEncryption, versionId)',
  },
  {
    suite: 'ObjectHeads',
    claims: ['the algorithm aws:kms:dsse comes as it is'],
    instead: 'refuses DSSE with 400',
    meaning: BELIEVED_ONLY,
    shows: 'InvalidArgument',
  },
  {
    suite: 'ObjectHeads',
    claims: ['an S3 Bucket Key is true where it is on, and absent where it is not told'],
    instead: 'has no bucket keys and ignores the header',
    meaning: 'There `bucketKey: required` is always a violation.',
    shows: 'expected undefined to be true',
  },
  {
    suite: 'ObjectHeads',
    claims: ['raw bytes beyond ASCII come as Latin-1, one character a byte'],
    instead: 'refuses the write: the SDK signs such a header otherwise than Node sends it',
    meaning: 'Nothing of the product: it sends no metadata.',
    shows: 'SignatureDoesNotMatch',
  },
  {
    suite: 'ObjectHeads',
    claims: ['the name __proto__ is a name like any other'],
    instead: 'turns underscores in names of metadata into dashes',
    meaning: 'Nothing: no envelope has such a name.',
    shows: '--proto--',
  },
  {
    suite: 'ObjectHeads',
    claims: ['a current delete marker is not found, and named by its version not allowed'],
    instead: 'answers 404, not 405, to a HEAD of a delete marker by its version',
    meaning: 'The object is gone either way.',
    shows: "kind: 'not-found'",
  },
  {
    suite: 'ObjectHeads',
    claims: ['SSE-C is a bad request whose error document speaks of server-side encryption'],
    instead: 'refuses with 400 as AWS does, but calls it InvalidArgument, not InvalidRequest',
    meaning: 'The verdict is unknown, BAD_REQUEST, in place of SSE_C_NOT_ALLOWED; never a pass.',
    shows: 'InvalidArgument',
  },
  {
    suite: 'ObjectLister',
    claims: ['a listing begins after the key that is named, whether it is there or not'],
    instead: 'ListObjectVersions begins with the key of the marker, not after it',
    meaning:
      'A run that goes on from a key without a version may list its versions twice. That AWS leaves the key out rests on its documents alone.',
    shows: 'expected Set{',
  },
  {
    suite: 'BucketSettings',
    claims: [NO_DEFAULT],
    instead: 'knows no default encryption, and answers the question with a listing of the bucket',
    meaning: 'Told as a question that this server may not know. It never counts as a default.',
    shows: 'got {"kind":"refused"',
  },
  {
    suite: 'BucketSettings',
    claims: A_DEFAULT,
    instead: 'takes the request for one that makes the bucket, and refuses it with 400',
    meaning: 'They are asked of moto, but for blocked types, which rest on the documents of AWS alone.',
    shows: 'InvalidArgument',
  },
  {
    suite: 'BucketSettings',
    claims: ['EventBridge is on where it was put alone', 'what was taken away again is gone'],
    instead: 'refuses a configuration without a topic with 400',
    meaning: 'That nothing is left of what was taken away is asked of moto.',
    shows: 'MalformedXML',
  },
  {
    suite: 'BucketSettings',
    claims: ['EventBridge is on beside a target'],
    instead: 'knows no EventBridge and ignores it',
    meaning: 'It sends nothing there. How AWS tells it rests on its documents alone.',
    shows: 'eventBridge: false',
  },
  {
    suite: 'path',
    claims: both('AES256 is shown as such', PLAIN, PLAIN_ALLOWED),
    instead: 'shows no server-side encryption for an object that is not under KMS or SSE-C',
    meaning: WITHOUT_LABEL,
    shows: '"codes":["SSE_MISSING"]',
  },
  {
    suite: 'path',
    claims: both(SSE_C),
    instead: 'refuses with 400 as AWS does, but calls it InvalidArgument, not InvalidRequest',
    meaning: 'The verdict is unknown, BAD_REQUEST, in place of SSE_C_NOT_ALLOWED; never a pass.',
    shows: '"codes":["BAD_REQUEST"]',
  },
  {
    suite: 'path',
    claims: both(BY_ALIAS),
    instead: 'knows no aliases: the alias is the id of a key of its own, and shown',
    meaning: 'The verdict is unknown: an alias that is found was the writer’s, and may be another account’s.',
    shows: '"codes":["KEY_UNRESOLVED"]',
  },
  {
    suite: 'path',
    claims: both(BY_ID),
    instead: 'shows the bare id in place of the ARN',
    meaning: 'Compliant all the same, unless `trustedAccounts` asks for the account.',
    shows: '{"outcome":"compliant","rule":"finance"',
  },
  {
    suite: 'path',
    claims: both(NO_KEY),
    instead: 'refuses aws:kms without a key with 400',
    meaning: BELIEVED_ONLY,
    shows: 'the write was refused: InvalidArgument',
  },
  {
    suite: 'path',
    claims: both(DSSE),
    instead: 'refuses DSSE with 400',
    meaning: BELIEVED_ONLY,
    shows: 'the write was refused: InvalidArgument',
  },
  {
    suite: 'path',
    claims: both('a bucket key is shown'),
    instead: 'has no bucket keys and ignores the header',
    meaning: 'There `bucketKey: required` is always a violation.',
    shows: '"codes":["BUCKET_KEY_NOT_AS_REQUIRED"]',
  },
  {
    suite: 'path',
    claims: both('a copy is under the key that the copy named'),
    instead: 'ignores the header on a copy, answers 200 and leaves the copy without encryption',
    meaning: 'The auditor finds what the answer of the server hides.',
    shows: '"codes":["SSE_MISSING"]',
  },
];

/** The endpoint that the environment names is held to be as AWS is. */
export const DIFFERENCES: Readonly<Record<EndpointName, readonly Listed[]>> = {
  moto: MOTO,
  radosgw: RADOSGW,
  env: [],
};
