import { type Case, compliant, EXEMPT, UNCOVERED, unknown, violation } from './case.ts';
import type { Asked } from './hands.ts';
import { s3Notification } from './messages.ts';
import { keyArn } from './names.ts';

const PLAIN: Asked = { sse: 'aws:kms', key: keyArn('plain') };

/** Which rule governs a key, what its captures are, and what is exempt. */
export const RULE_CASES: readonly Case[] = [
  {
    title: 'the longer prefix decides, wherever it stands',
    key: 'finance/archive/{n}',
    write: (hands, at) => hands.put(at),
    expect: compliant('finance-archive'),
  },
  {
    title: 'a prefix that ends in a slash does not govern what only begins alike',
    key: 'finance2/{n}',
    write: (hands, at) => hands.put(at),
    expect: UNCOVERED,
  },
  {
    title: 'matching knows upper from lower case',
    key: 'Finance/{n}',
    write: (hands, at) => hands.put(at),
    expect: UNCOVERED,
  },
  {
    title: 'the marker object of a prefix is governed by it',
    key: 'finance/',
    write: (hands, at) => hands.put(at),
    expect: violation('critical', 'finance', ['SSE_ALGORITHM_NOT_ALLOWED']),
  },
  {
    title: 'an object that no rule governs is told',
    key: 'nowhere/{n}',
    objects: 25,
    write: (hands, at) => hands.put(at),
    expect: UNCOVERED,
  },
  {
    title: 'a raw prefix governs what only begins alike',
    key: 'raw10/{n}',
    write: (hands, at) => hands.put(at, PLAIN),
    expect: violation('low', 'raw', ['SSE_ALGORITHM_NOT_ALLOWED']),
  },
  {
    title: 'a whole segment decides before a raw prefix',
    key: 'rawest/{n}',
    write: (hands, at) => hands.put(at, PLAIN),
    expect: compliant('rawest'),
  },
  {
    title: 'a raw prefix governs what a whole segment does not',
    key: 'rawestest/{n}',
    write: (hands, at) => hands.put(at),
    expect: compliant('raw'),
  },
  {
    title: 'the bucket that is named decides before the pattern',
    key: 'common/{n}',
    write: (hands, at) => hands.put(at, PLAIN),
    expect: compliant('common-lake'),
  },
  {
    title: 'the bucket that is named decides before the pattern, though the pattern names more of the key',
    bucket: 'acme-versions',
    key: 'common/{n}',
    write: (hands, at) => hands.put(at).then((version) => [version]),
    expect: [violation('high', 'versions', ['SSE_ALGORITHM_NOT_ALLOWED'])],
  },
  {
    title: 'a pattern governs the buckets that no rule names',
    bucket: 'acme-policy',
    key: 'common/{n}',
    write: async (hands, at) => {
      await hands.put(at, PLAIN);
      await hands.send(s3Notification(at));
    },
    expect: violation('low', 'common-anywhere', ['SSE_ALGORITHM_NOT_ALLOWED']),
  },
  // Captures.
  {
    title: "a tenant's object under that tenant's key is compliant",
    key: 'tenants/a/{n}',
    write: (hands, at) => hands.put(at, { sse: 'aws:kms', key: keyArn('tenantA') }),
    expect: compliant('tenants'),
  },
  {
    title: "a tenant's object under another tenant's key is a violation that says whose key it is",
    key: 'tenants/b/{n}',
    objects: 30,
    write: (hands, at) => hands.put(at, { sse: 'aws:kms', key: keyArn('tenantA') }),
    expect: violation('critical', 'tenants', ['KMS_KEY_NOT_ALLOWED'], {
      args: { allowed: [keyArn('tenantB')], actual: keyArn('tenantA') },
      captures: { tenant: 'b' },
      owner: 'b@example.com',
      diagnosis: ['KEY_OF_ANOTHER_RULE'],
    }),
  },
  {
    title: 'a tenant without an alias is unknown',
    key: 'tenants/nobody/{n}',
    write: (hands, at) => hands.put(at, { sse: 'aws:kms', key: keyArn('tenantA') }),
    expect: unknown('critical', 'tenants', ['KEY_UNRESOLVED'], {
      args: { reference: 'alias/tenant-nobody', cause: 'not-found' },
      captures: { tenant: 'nobody' },
    }),
  },
  {
    title: 'a tenant that is named like a member of every object is a tenant like others',
    key: 'tenants/__proto__/{n}',
    write: (hands, at) => hands.put(at, { sse: 'aws:kms', key: keyArn('tenantA') }),
    expect: unknown('critical', 'tenants', ['KEY_UNRESOLVED'], {
      args: { reference: 'alias/tenant-__proto__', cause: 'not-found' },
    }),
  },
  ...['Ümit', 'a.b', '..', 'a b', 'a+b', 'a%2Fb', 'aws/s3'.replace('/', '\u2044'), 'a\nb'].map(
    (tenant): Case => ({
      title: `a tenant called ${JSON.stringify(tenant)} is not looked up`,
      key: `tenants/${tenant}/{n}`,
      objects: 2,
      write: (hands, at) => hands.put(at, { sse: 'aws:kms', key: keyArn('tenantA') }),
      expect: unknown('critical', 'tenants', ['KEY_UNRESOLVED'], {
        args: { cause: 'unlookable' },
        captures: { tenant },
      }),
    }),
  ),
  {
    title: 'nothing is no tenant',
    key: 'tenants//{n}',
    write: (hands, at) => hands.put(at, { sse: 'aws:kms', key: keyArn('tenantA') }),
    expect: UNCOVERED,
  },
  {
    title: 'an object beside the tenants belongs to none',
    key: 'tenants/{n}',
    plain: true,
    write: (hands, at) => hands.put(at),
    expect: UNCOVERED,
  },
  {
    title: 'a literal segment decides before a capture',
    key: 'tenants/system/{n}',
    write: (hands, at) => hands.put(at),
    expect: compliant('tenants-system'),
  },
  {
    title: 'a literal segment decides before a capture, though another rule says more of what follows',
    key: 'tenants/system/public/{n}',
    write: (hands, at) => hands.put(at, PLAIN),
    expect: violation('low', 'tenants-system', ['SSE_ALGORITHM_NOT_ALLOWED']),
  },
  {
    title: 'where the captures are alike, the next segment decides',
    key: 'tenants/a/public/{n}',
    write: (hands, at) => hands.put(at),
    expect: compliant('tenants-public'),
  },
  {
    title: 'a capture beside literal text takes what stands behind it',
    key: 'events/tenant=a/{n}',
    write: (hands, at) => hands.put(at, { sse: 'aws:kms', key: 'alias/hive-a' }),
    expect: compliant('hive'),
  },
  {
    title: 'a capture beside literal text may meet an alias that does not exist',
    key: 'events/tenant=z/{n}',
    write: (hands, at) => hands.put(at, { sse: 'aws:kms', key: 'alias/hive-a' }),
    expect: unknown('high', 'hive', ['KEY_UNRESOLVED'], { captures: { tenant: 'z' } }),
  },
  {
    title: 'a capture takes what a literal beside a capture does not',
    key: 'events/tenant=/{n}',
    write: (hands, at) => hands.put(at, PLAIN),
    expect: violation('low', 'events', ['SSE_ALGORITHM_NOT_ALLOWED'], { captures: { day: 'tenant=' } }),
  },
  // Exemptions.
  {
    title: 'scratch space is exempt',
    key: 'finance/out/_temporary/0/{n}',
    write: (hands, at) => hands.put(at),
    expect: EXEMPT,
  },
  {
    title: 'two stars take no segment too',
    key: 'finance/_temporary/{n}',
    write: (hands, at) => hands.put(at),
    expect: EXEMPT,
  },
  {
    title: 'a name that only begins like the scratch space is not exempt',
    key: 'finance/_temporary2/{n}',
    write: (hands, at) => hands.put(at),
    expect: violation('critical', 'finance', ['SSE_ALGORITHM_NOT_ALLOWED']),
  },
  {
    title: 'an exempt object is never asked for',
    key: 'denied/_temporary/{n}',
    write: (hands, at) => hands.put(at),
    expect: EXEMPT,
  },
  {
    title: 'a small directory marker is exempt',
    key: 'finance/{n}_$folder$',
    write: (hands, at) => hands.put(at, { body: 'x'.repeat(16) }),
    expect: EXEMPT,
  },
  {
    title: 'a directory marker that holds data is not exempt',
    key: 'finance/data-{n}_$folder$',
    write: (hands, at) => hands.put(at, { body: 'x'.repeat(17) }),
    expect: violation('critical', 'finance', ['SSE_ALGORITHM_NOT_ALLOWED']),
  },
  {
    title: 'a small marker is exempt where no event told its size',
    bucket: 'acme-silent',
    key: 'quiet/{n}_$folder$',
    write: async (hands, at) => {
      await hands.put(at, { body: '' });
      await hands.send(s3Notification(at));
    },
    expect: EXEMPT,
  },
  {
    title: 'a large marker is not exempt where no event told its size',
    bucket: 'acme-silent',
    key: 'quiet/large-{n}_$folder$',
    write: async (hands, at) => {
      await hands.put(at, { body: 'x'.repeat(17) });
      await hands.send(s3Notification(at));
    },
    expect: violation('high', 'silent', ['SSE_ALGORITHM_NOT_ALLOWED']),
  },
  {
    title: 'an exemption whose last day is over exempts nothing',
    key: 'finance/import/{n}',
    write: (hands, at) => hands.put(at),
    expect: violation('critical', 'finance', ['SSE_ALGORITHM_NOT_ALLOWED']),
  },
  {
    title: 'an exemption whose last day is to come exempts',
    key: 'finance/current/{n}',
    write: (hands, at) => hands.put(at),
    expect: EXEMPT,
  },
  {
    title: 'a glob without a star is one key',
    key: 'finance/README.md',
    write: (hands, at) => hands.put(at),
    expect: EXEMPT,
  },
  {
    title: 'a glob without a star is no prefix',
    key: 'finance/README.md.{n}',
    write: (hands, at) => hands.put(at),
    expect: violation('critical', 'finance', ['SSE_ALGORITHM_NOT_ALLOWED']),
  },
  {
    title: 'one star takes the rest of a segment',
    key: 'finance/jobs/part-{n}.tmp',
    plain: true,
    write: (hands, at) => hands.put(at),
    expect: EXEMPT,
  },
  {
    title: 'one star takes no slash',
    key: 'finance/jobs/deeper/part-{n}.tmp',
    plain: true,
    write: (hands, at) => hands.put(at),
    expect: violation('critical', 'finance', ['SSE_ALGORITHM_NOT_ALLOWED']),
  },
];
