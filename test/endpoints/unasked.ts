import type { Suite } from './differences.ts';
import type { EndpointName } from './endpoint.ts';

/** What is not asked of an endpoint, because it cannot be brought about there. */
export interface Unasked {
  readonly suite: Suite;
  readonly claims: readonly string[];
  readonly why: string;
}

const NO_FAULTS = 'nothing can be made to fail on purpose there; the local AWS does that';
const NO_LABELS = 'no request can ask for it; the local AWS has such objects planted';
const ONE_REGION = 'the endpoints have one Region for all buckets';
const NO_STORED_FIELDS =
  'no request sets Last-Modified or drops metadata; the local AWS has such objects planted';

/** Asked of no endpoint that is reached over the wire alone. */
export const UNASKED_EVERYWHERE: readonly Unasked[] = [
  {
    suite: 'ObjectHeads',
    claims: [
      'an overloaded S3 is a RetryableFailure that names the operation',
      'an expired token is a bad request whose error document says so',
    ],
    why: NO_FAULTS,
  },
  {
    suite: 'ObjectHeads',
    claims: ['aws:fsx', 'aws:backup', 'aws:of-2031'].map((name) => `the algorithm ${name} comes as it is`),
    why: NO_LABELS,
  },
  {
    suite: 'ObjectHeads',
    claims: [
      'size, ETag without quotes, Last-Modified to the second and storage class are told',
      'what S3 could not return as headers is counted',
    ],
    why: NO_STORED_FIELDS,
  },
  {
    suite: 'ObjectHeads',
    claims: [
      'is in the wrong Region where S3 redirects',
      'an object in a bucket of another Region is in the wrong Region too',
    ],
    why: ONE_REGION,
  },
  {
    suite: 'KeyDirectory',
    claims: [
      'an alias that may not be asked about is denied, and not told as missing',
      'a key that may not be described is denied',
      'are not told where listing is denied',
      'fails where decrypting is denied, and says so',
    ],
    why: 'the caller is the owner, to whom nothing is denied; the local AWS denies',
  },
  {
    suite: 'KeyDirectory',
    claims: [
      'throttling is a RetryableFailure',
      'throttling of a description is a RetryableFailure',
      'that is throttled is a RetryableFailure, not a failed proof',
    ],
    why: NO_FAULTS,
  },
  {
    suite: 'BucketSettings',
    claims: ['because S3 is overloaded is a RetryableFailure of both questions, and no answer'],
    why: NO_FAULTS,
  },
  {
    suite: 'BucketSettings',
    claims: ['in another Region is told with its Region by both questions'],
    why: ONE_REGION,
  },
];

const NO_SESSIONS: Unasked = {
  suite: 'signatures',
  claims: [
    'with a session token that nobody gave out are refused',
    'with a session token of AssumeRole are taken',
  ],
  why: 'no session is asked for there; the gateway of Ceph gives one',
};

export const UNASKED: Readonly<Record<EndpointName, readonly Unasked[]>> = {
  moto: [
    NO_SESSIONS,
    {
      suite: 'ObjectHeads',
      claims: ['is denied where the auditor may not list it'],
      why: 'a bucket denies itself to nobody there',
    },
  ],
  radosgw: [],
  env: [
    NO_SESSIONS,
    {
      suite: 'ObjectHeads',
      claims: [
        ...[
          'arn:aws:kms:eu-west-1:111122223333:key/aaaaaaaa-aaaa-aaaa-aaaa-aaaaaaaaaaaa',
          'aaaaaaaa-aaaa-aaaa-aaaa-aaaaaaaaaaaa',
          'alias/of-a-lookalike',
        ].map((key) => `the key id ${key} comes as S3 gives it`),
        'an S3 Bucket Key is true where it is on, and absent where it is not told',
        'an object that was never encrypted shows no server-side field at all',
        'raw bytes beyond ASCII come as Latin-1, one character a byte',
        'is denied where the auditor may not list it',
      ],
      why: 'it takes keys, headers or callers that only a lookalike has: AWS encrypts every object',
    },
    {
      suite: 'KeyDirectory',
      claims: ['are not told for a key of another account'],
      why: 'there is one account',
    },
  ],
};
