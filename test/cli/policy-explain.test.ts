import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FUZZ_RUNS, fuzzRuns } from '../support/fuzz.ts';
import { evaluate, fileWith, POLICY, recordsOf, run, unprintableIn } from './run.ts';

const explain = (object: string, ...args: readonly string[]) =>
  run(['policy', 'explain', POLICY, object, ...args]);

describe('policy explain', () => {
  it('tells the rule that decides, its captures and what is then required', async () => {
    const { status, stdout, stderr } = await explain('s3://acme-lake/tenants/b/part-0.parquet');
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toContain('s3://acme-lake/tenants/b/part-0.parquet\n');
    expect(stdout).toContain('Rule "tenants" decides: s3://acme-lake/tenants/{tenant}/ (line 16)');
    expect(stdout).toContain('tenant = b');
    expect(stdout).toContain('under alias/tenant-b');
  });

  it.each([
    ['s3://acme-lake/tenants/%2F/x', 'alias/tenant-%2F'],
    ['s3://acme-lake/tenants/a b/x', 'alias/tenant-a b'],
    [`s3://acme-lake/tenants/${'x'.repeat(300)}/x`, `alias/tenant-${'x'.repeat(300)}`],
  ])(
    'tells of an alias that %s makes and nobody will look up that it is unresolved',
    async (object, alias) => {
      const { stdout } = await explain(object);
      expect(stdout).toContain(`under ${alias} (never looked up, so KEY_UNRESOLVED: a path may put `);
      const json = JSON.parse((await explain(object, '--json')).stdout);
      expect(json.required.join()).toContain('never looked up, so KEY_UNRESOLVED');
    },
  );

  it('tells the same of a client-side key, and of no alias that is looked up', async () => {
    const text = `version: 1
rules:
  - { id: t, match: "s3://acme-lake/t/{t}/", cse: { key: ["alias/t-{t}", alias/fixed, alias/aws/s3], wrap: [kms] } }
`;
    const explained = (object: string) => run(['policy', 'explain', '-', object], { stdin: text });
    const { stdout } = await explained('s3://acme-lake/t/+/x');
    expect(stdout).toMatch(
      /under alias\/t-\+ \(never looked up, .*\) or alias\/fixed or alias\/aws\/s3 \(claimed\)/,
    );
    expect((await explained('s3://acme-lake/t/a/x')).stdout).toContain(
      'under alias/t-a or alias/fixed or alias/aws/s3 (claimed)',
    );
  });

  it('tells why each of the other rules does not', async () => {
    const { stdout } = await explain('s3://acme-lake/tenants/b/x');
    expect(stdout).toContain('"plain" does not govern it: expected plain/, but segment 1 is "tenants/"');
    expect(stdout).toContain('"finance" does not govern it');
  });

  it('an object that no rule governs is uncovered, with status 0', async () => {
    const { status, stdout } = await explain('s3://other-bucket/x');
    expect(status).toBe(0);
    expect(stdout).toContain('No rule governs it: uncovered (report).');
    expect(stdout).toContain('4 rules are for other buckets');
  });

  it('an exemption comes first, with its reason and last day', async () => {
    const { stdout } = await explain('s3://acme-lake/plain/_temporary/0');
    expect(stdout).toContain('Exempt by s3://acme-lake/**/_temporary/** (line 22, to the end of 2027-12-31)');
    expect(stdout).toContain('committer scratch space');
    expect(stdout).toContain('Were it not exempt, rule "plain" would decide: s3://acme-lake/plain/');
  });

  it('--json is one JSON document with the steps, the last of which is what decides', async () => {
    const { stdout } = await explain('s3://acme-lake/finance/a', '--json');
    const document = JSON.parse(stdout);
    expect(document).toMatchObject({
      object: { bucket: 'acme-lake', key: 'finance/a' },
      rule: 'finance',
      captures: {},
    });
    expect(document.required).toContain('severity: critical');
    expect(document.steps.at(-1)).toMatchObject({ kind: 'decides', rule: 'finance' });
    expect(document.steps).toHaveLength(4);
  });

  it('--json of an uncovered object says what is done with it', async () => {
    const { stdout } = await explain('s3://other-bucket/x', '--json');
    expect(JSON.parse(stdout)).toMatchObject({ uncovered: 'report', steps: expect.any(Array) });
    expect(JSON.parse(stdout)).not.toHaveProperty('rule');
  });

  for (const object of ['acme-lake/x', 's3://acme-lake', 's3://acme-lake/', 's3:///x', '']) {
    it(`${JSON.stringify(object)} names no object, status 2`, async () => {
      const { status, stdout, stderr } = await explain(object);
      expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
      expect(stderr).toContain('names no object: expected s3://BUCKET/KEY');
    });
  }

  it('a hostile key is escaped in the text and exact in the JSON', async () => {
    const key = 'tenants/\u001b[2J\n\u202e/"x"\\';
    expect(unprintableIn((await explain(`s3://acme-lake/${key}`)).stdout)).toEqual([]);
    const { stdout } = await explain(`s3://acme-lake/${key}`, '--json');
    expect(JSON.parse(stdout).object.key).toBe(key);
  });

  it('a key with quotes and backslashes is shown as it is, not escaped twice', async () => {
    const { stdout } = await explain('s3://acme-lake/a\\b/x');
    expect(stdout).toContain('segment 1 is "a\\b/"');
  });
});

describe('explain and evaluate', () => {
  const segment = fc.constantFrom('plain', 'finance', 'tenants', 'a', 'b', '', 'managed', '{t}', 'ten ants');
  const rule = fc.record({
    segments: fc.array(fc.constantFrom('plain', 'finance', 'tenants', '{t}', 'a-{t}', 'a'), { maxLength: 3 }),
    tail: fc.constantFrom('', 'a', 'pl'),
  });
  const policyText = (rules: readonly { segments: readonly string[]; tail: string }[]): string => {
    const matches = rules.map(({ segments, tail }) => {
      const named = segments.map((text, index) => text.replace('{t}', `{t${index}}`));
      const prefix = named.map((text) => `${text}/`).join('');
      return `s3://acme-lake/${prefix}${tail}`;
    });
    const lines = [...new Set(matches)].map(
      (match, index) => `  - { id: r${index}, match: "${match}", sse: { algorithm: [AES256] } }`,
    );
    return `version: 1\nrules:\n${lines.join('\n')}\n`;
  };

  it('name the same rule and captures for every object, whatever the policy', async () => {
    let decided = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(rule, { minLength: 1, maxLength: 5 }),
        fc.array(segment, { minLength: 1, maxLength: 4 }).map((parts) => `${parts.join('/')}x`),
        async (rules, key) => {
          const text = policyText(rules);
          const explained = await run(['policy', 'explain', '-', `s3://acme-lake/${key}`, '--json'], {
            stdin: text,
          });
          // Rules of equal rank make a bad policy, of which there is nothing to compare.
          fc.pre(explained.status === 0);
          const { rule: ruleId, captures, steps } = JSON.parse(explained.stdout);
          const heads = JSON.stringify({
            bucket: 'acme-lake',
            key,
            head: { ServerSideEncryption: 'AES256' },
          });
          const { stdout } = await evaluate(heads, { policy: fileOf(text) });
          const [record] = recordsOf(stdout);
          expect(record?.rule).toBe(ruleId);
          expect(record?.captures ?? {}).toEqual(captures ?? {});
          expect(steps.at(-1)).toMatchObject(
            ruleId === undefined ? { kind: 'none' } : { kind: 'decides', rule: ruleId },
          );
          if (ruleId !== undefined) decided += 1;
        },
      ),
      { numRuns: fuzzRuns({ every: 10 }) },
    );
    // With few draws it is chance.
    if (FUZZ_RUNS >= 1_000) expect(decided).toBeGreaterThan(20);
  });

  const files = new Map<string, string>();
  const fileOf = (text: string): string => {
    const path = files.get(text) ?? fileWith('policy.yaml', text);
    files.set(text, path);
    return path;
  };
});
