import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Case, Expected } from './case.ts';
import { CASES } from './cases.ts';
import { POISON } from './messages.ts';
import { keyArn } from './names.ts';
import { countsOf, digestOf, recordsOf, type SeenAlert, type SeenDigest, type SeenRecord } from './seen.ts';
import { POLICY_TEXT } from './site.ts';
import { runWorld, type Spread, type World } from './world.ts';

let world: World;
let records: readonly SeenRecord[];
let byObject: ReadonlyMap<string, readonly SeenRecord[]>;
let digests: readonly SeenDigest[];

/** One event of one object, and what is expected of it. */
interface Wanted {
  readonly id: string;
  readonly bucket: string;
  readonly key: string;
  readonly expected: Expected;
}

const idOf = (bucket: string, key: string, version = ''): string => JSON.stringify([bucket, key, version]);
const alerts = ({ outcome }: Expected): boolean =>
  outcome === 'violation' || outcome === 'unknown' || outcome === 'uncovered';

beforeAll(async () => {
  world = await runWorld(CASES, [
    (spreads, hands) => {
      const later = spreads.find(({ one }) => one.key.startsWith('by-arn/re-keyed-later/'));
      return Promise.all((later?.objects ?? []).map(({ place }) => hands.reKey(place, keyArn('other'))));
    },
  ]);
  records = recordsOf(world.lines);
  byObject = Map.groupBy(records, ({ object }) => idOf(object.bucket, object.key, object.versionId));
  digests = world.alerts.map(digestOf);
}, 90_000);

function wantedOf({ one, objects }: Spread): readonly Wanted[] {
  const all = [one.expect].flat();
  return objects.flatMap(({ place: { bucket, key }, versions }) =>
    all.map((expected, i) => ({ id: idOf(bucket, key, versions[i]), bucket, key, expected })),
  );
}

const allWanted = (): readonly Wanted[] => world.spreads.flatMap(wantedOf);

const codes = (findings: readonly { readonly code: string }[] = []): readonly string[] =>
  [...new Set(findings.map(({ code }) => code))].sort();

/** As much of a record as the expectation speaks of. */
function shown(record: SeenRecord, expected: Expected): unknown {
  const { outcome, rule, severity } = record;
  if (expected.outcome !== 'violation' && expected.outcome !== 'unknown') return { outcome, rule };
  const [finding] = [...(record.violations ?? []), ...(record.reasons ?? [])];
  const parts = {
    diagnosis: codes(record.diagnosis),
    args: Object.fromEntries(Object.keys(expected.args ?? {}).map((name) => [name, finding?.args[name]])),
    captures: record.captures,
    owner: record.owner,
    sse: record.observed?.sse,
    superseded: record.superseded,
    event: record.writer?.event,
  };
  const asked = Object.entries(parts).filter(([name]) => Object.hasOwn(expected, name));
  const found = { violations: codes(record.violations), reasons: codes(record.reasons) };
  return { outcome, rule, severity, ...found, ...Object.fromEntries(asked) };
}

function told(expected: Expected): unknown {
  switch (expected.outcome) {
    case 'violation':
    case 'unknown':
      return { violations: [], reasons: [], ...expected };
    default:
      return { rule: undefined, ...expected };
  }
}

function checkCase(one: Case): void {
  const spread = world.spreads.find((candidate) => candidate.one === one);
  const wanted = spread === undefined ? [] : wantedOf(spread);
  expect(wanted).not.toEqual([]);
  const seen = wanted.map(({ id, expected }) => [
    id,
    (byObject.get(id) ?? []).map((record) => shown(record, expected)),
  ]);
  const right = wanted.map(({ id, expected }) => [id, alerts(expected) ? [told(expected)] : []]);
  expect(seen).toEqual(right);
}

/** What has one cause: contract section 6. */
const causeOf = (bucket: string, rule: string | undefined, outcome: string, all: readonly string[]): string =>
  [bucket, rule ?? '-', outcome, ...all].join(' ');

function causeOfWanted({ bucket, expected }: Wanted): string {
  if (expected.outcome === 'uncovered') return causeOf(bucket, undefined, 'uncovered', ['UNCOVERED']);
  if (expected.outcome !== 'violation' && expected.outcome !== 'unknown') return '';
  const told = expected.outcome === 'violation' ? expected.violations : expected.reasons;
  return causeOf(bucket, expected.rule, expected.outcome, [...(told ?? [])].sort());
}

const causeOfDigest = ({ bucket, rule, outcome, codes }: SeenDigest): string =>
  causeOf(bucket, rule, outcome, [...codes].sort());

const total = (numbers: readonly number[]): number => numbers.reduce((sum, number) => sum + number, 0);

const sorted = (entries: Iterable<readonly [string, unknown]>): unknown =>
  Object.fromEntries([...entries].sort(([a], [b]) => (a < b ? -1 : 1)));

const keysOfCauses = (): ReadonlyMap<string, readonly string[]> => {
  const groups = Map.groupBy(
    allWanted().filter(({ expected }) => alerts(expected)),
    causeOfWanted,
  );
  return new Map([...groups].map(([cause, members]) => [cause, members.map(({ key }) => key)]));
};

/** A key in an alert is cut at 1,024 bytes of its JSON form. */
const isKeyOf = (shownKey: string, keys: readonly string[]): boolean =>
  keys.includes(shownKey) ||
  (Buffer.byteLength(shownKey) > 900 && keys.some((key) => key.startsWith(shownKey.slice(0, 300))));

const byBytes = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));

describe('every object of a case', () => {
  it.each(CASES.map((one) => [one.title, one] as const))('%s', (_, one) => checkCase(one));
});

describe('the whole of it', () => {
  it('spreads at least sixty cases over several hundred objects', () => {
    expect(new Set(CASES.map(({ title }) => title)).size).toBe(CASES.length);
    expect(CASES.length).toBeGreaterThanOrEqual(60);
    expect(total(world.spreads.map(({ objects }) => objects.length))).toBeGreaterThan(500);
    expect(world.unhandled).toEqual([]);
  });

  it('gives no verdict beside those that are expected', () => {
    const wanted = new Set(allWanted().map(({ id }) => id));
    const others = records.filter(
      ({ object }) => !wanted.has(idOf(object.bucket, object.key, object.versionId)),
    );
    expect(others).toEqual([]);
  });

  it('counts compliant, exempt and gone objects too, by outcome and rule', () => {
    const wanted = new Map<string, number>();
    for (const { expected } of allWanted()) {
      if (expected.outcome === 'ignored') continue;
      const name = `${expected.outcome} ${'rule' in expected ? expected.rule : '-'}`;
      wanted.set(name, (wanted.get(name) ?? 0) + 1);
    }
    expect(sorted(countsOf(world.lines))).toEqual(sorted(wanted));
  });

  it('tells every record by the schema that ships, under the policy that it read', () => {
    const valid = schema('record');
    const problems = records.flatMap((record) => (valid(record) ? [] : [[record, valid.errors]]));
    expect(problems).toEqual([]);
    const hash = createHash('sha256').update(POLICY_TEXT).digest('hex');
    expect(new Set(records.map(({ policy }) => policy))).toEqual(new Set([`sha256:${hash}`]));
  });
});

describe('the digests', () => {
  it('hold each object of each cause exactly once in their counts', () => {
    const wanted = [...keysOfCauses()].map(([cause, keys]) => [cause, keys.length] as const);
    const groups = Map.groupBy(digests, causeOfDigest);
    const counted = [...groups].map(
      ([cause, some]) => [cause, total(some.map(({ count }) => count))] as const,
    );
    expect(sorted(counted)).toEqual(sorted(wanted));
  });

  it('show samples of their own cause alone: all of it, or twenty', () => {
    const causes = keysOfCauses();
    for (const digest of digests) {
      const keys = causes.get(causeOfDigest(digest)) ?? [];
      const { items, more } = digest.samples;
      const shownKeys = items.map(({ object }) => object.key);
      expect(shownKeys.filter((key) => !isKeyOf(key, keys))).toEqual([]);
      expect(items.length).toBe(Math.min(20, digest.count));
      expect(more).toBe(digest.count > 20 ? true : undefined);
      for (const { outcome, rule } of items) {
        expect({ outcome, rule }).toEqual({ outcome: digest.outcome, rule: digest.rule });
      }
    }
  });

  it('name a first and a last key with every sample between them', () => {
    const causes = keysOfCauses();
    for (const digest of digests) {
      const keys = causes.get(causeOfDigest(digest)) ?? [];
      const { firstKey, lastKey } = digest;
      expect([firstKey, lastKey].filter((key) => !isKeyOf(key, keys))).toEqual([]);
      const all = digest.samples.items.map(({ object }) => object.key);
      const outside = all.filter((key) => byBytes(key, firstKey) < 0 || byBytes(key, lastKey) > 0);
      expect(outside).toEqual([]);
    }
  });

  it('turn a storm into few messages', () => {
    expect(Math.max(...digests.map(({ count }) => count))).toBeGreaterThan(20);
    const told = total(digests.map(({ count }) => count));
    expect(digests.length).toBeLessThan(told / 2);
  });

  it('hold no source address, while the records do', () => {
    expect(records.some(({ writer }) => writer?.sourceIp !== undefined)).toBe(true);
    expect(world.alerts.filter(({ body }) => body.includes('sourceIp'))).toEqual([]);
  });

  it('keep to the schema that ships', () => {
    const valid = schema('alert');
    expect(digests.flatMap((digest) => (valid(digest) ? [] : [valid.errors]))).toEqual([]);
  });

  it('carry attributes that say what their body says', () => {
    for (const alert of world.alerts) {
      const { outcome, severity, bucket, rule = '-', codes, trigger } = digestOf(alert);
      expect(valuesOf(alert)).toEqual({ outcome, severity, bucket, rule, codes, trigger });
      expect(alert.attributes.codes?.Type).toBe('String.Array');
      expect(trigger).toBe('event');
    }
  });

  it('reach a subscription that filters by attributes when they fit it, and only then', () => {
    const critical = world.alerts.filter((alert) => {
      const { severity, outcome } = digestOf(alert);
      return severity === 'critical' && outcome === 'violation';
    });
    expect(critical.length).toBeGreaterThan(0);
    const bodies = (some: readonly SeenAlert[]) => some.map(({ body }) => body).sort();
    expect(bodies(world.critical)).toEqual(bodies(critical));
  });

  it('have a subject of printable ASCII in which no key stands, and stay under 240 KiB', () => {
    for (const alert of [...world.alerts, ...world.mail]) {
      expect(alert.subject).toMatch(/^[\x21-\x7e][\x20-\x7e]{0,98}$/);
      expect(sizeOf(alert)).toBeLessThan(240 * 1024);
    }
  });

  it('come by mail as well, each once, with the same subject and attributes', () => {
    const twins = (some: readonly SeenAlert[]) =>
      some.map((alert) => JSON.stringify([alert.subject, alert.attributes])).sort();
    expect(twins(world.mail)).toEqual(twins(world.alerts));
    for (const { body, attributes, subject } of world.mail) {
      for (const code of JSON.parse(attributes.codes?.Value ?? '[]')) expect(body).toContain(code);
      expect(body).toContain(attributes.bucket?.Value);
      expect(body).toContain(/\] (\d+ objects?)/.exec(subject)?.[1]);
      // Nothing that a terminal obeys, but for the line feeds between lines.
      expect(body).not.toMatch(/[\p{Cc}--\n]|\p{Bidi_Control}/v);
    }
  });
});

describe('the queue', () => {
  it('holds nothing in the end', () => {
    expect(world.left).toBe(0);
  });

  it('gives every message that nobody can read to the dead-letter queue, whole, and no other', () => {
    expect([...world.deadLetters].sort()).toEqual([...POISON].sort());
  });

  it('hands every good message out once, and every bad one until it is dead', () => {
    const received = total(world.outcomes.map((outcome) => outcome.received));
    expect(received).toBe(world.messages + POISON.length);
    expect(total(world.outcomes.map(({ failed }) => failed))).toBe(2 * POISON.length);
  });
});

function schema(name: 'record' | 'alert') {
  const ajv = new Ajv2020({ allErrors: true, allowUnionTypes: true });
  const read = (file: string) =>
    JSON.parse(readFileSync(new URL(`../../schemas/${file}.schema.json`, import.meta.url), 'utf8'));
  const compiled = { record: ajv.compile(read('record')), alert: ajv.compile(read('alert')) };
  return compiled[name];
}

const valuesOf = ({ attributes }: SeenAlert): unknown =>
  Object.fromEntries(
    Object.entries(attributes).map(([name, { Type, Value }]) => [
      name,
      Type === 'String.Array' ? JSON.parse(Value) : Value,
    ]),
  );

/** What SNS counts of a message, and its subject. */
const sizeOf = ({ subject, body, attributes }: SeenAlert): number =>
  Buffer.byteLength(subject + body) +
  total(Object.entries(attributes).map(([name, { Type, Value }]) => Buffer.byteLength(name + Type + Value)));
