import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mergeObjects } from '../../src/intake/merge.ts';
import { bucketName, objectKey, type WrittenObject } from '../../src/objects/object.ts';
import { fuzzRuns } from '../support/fuzz.ts';

const base: WrittenObject = {
  bucket: bucketName('acme-lake'),
  key: objectKey('tenants/a/part-0.parquet'),
  change: 'write',
};
const written = (more: Partial<WrittenObject>): WrittenObject => ({ ...base, ...more });
const merge = (...objects: readonly WrittenObject[]) =>
  mergeObjects(objects.map((object, index) => ({ object, source: `m${index}` })));

describe('mergeObjects', () => {
  it('merges one event that came twice and keeps both sources', () => {
    for (const versionId of [{}, { versionId: 'v1' }]) {
      const object = written({ ...versionId, sequencer: '0A' });
      expect(merge(object, object)).toEqual([{ object, sources: ['m0', 'm1'] }]);
    }
  });

  it('lets a later write of an unversioned object replace an earlier one, in either order of arrival', () => {
    const [early, late] = [
      written({ sequencer: '0A', etag: 'e1' }),
      written({ sequencer: '0B', etag: 'e2' }),
    ];
    expect(merge(early, late)).toEqual([{ object: late, sources: ['m0', 'm1'] }]);
    expect(merge(late, early)).toEqual([{ object: late, sources: ['m0', 'm1'] }]);
  });

  it.each([
    ['sequencers of different lengths', { sequencer: '0A' }, { sequencer: '00B' }],
    ['no sequencers', {}, {}],
    ['one without a sequencer', { sequencer: '0A' }, {}],
    ['different versions', { versionId: 'v1', sequencer: '0A' }, { versionId: 'v2', sequencer: '0A' }],
    ['one without a version', { versionId: 'v1', sequencer: '0A' }, { sequencer: '0A' }],
    [
      'one version at different times',
      { versionId: 'v1', sequencer: '0A' },
      { versionId: 'v1', sequencer: '0B' },
    ],
    ['different keys', { key: objectKey('a'), sequencer: '0A' }, { key: objectKey('b'), sequencer: '0A' }],
    [
      'different buckets',
      { bucket: bucketName('a'), sequencer: '0A' },
      { bucket: bucketName('b'), sequencer: '0A' },
    ],
    ['re-keys', { change: 're-key', sequencer: '0A' }, { change: 're-key', sequencer: '0A' }],
    ['a write and a re-key', { sequencer: '0A' }, { change: 're-key', sequencer: '0A' }],
  ] satisfies [string, Partial<WrittenObject>, Partial<WrittenObject>][])(
    'keeps both of two with %s',
    (_, a, b) => {
      expect(merge(written(a), written(b))).toEqual([
        { object: written(a), sources: ['m0'] },
        { object: written(b), sources: ['m1'] },
      ]);
    },
  );

  it('cannot be led by odd names to take two objects for one', () => {
    const a = written({ bucket: bucketName('a"'), key: objectKey('b'), sequencer: '0A' });
    const b = written({ bucket: bucketName('a'), key: objectKey('"b'), sequencer: '0A' });
    expect(merge(a, b)).toHaveLength(2);
  });

  it('keeps the event that tells more of the same write, in either order of arrival', () => {
    const rich = written({
      sequencer: '0A',
      etag: 'e1',
      writer: { event: 'ObjectCreated:Put', principal: 'p' },
    });
    const poor = written({ sequencer: '0A', writer: { event: 'Object Created' } });
    expect(merge(rich, poor).map(({ object }) => object)).toEqual([rich]);
    expect(merge(poor, rich).map(({ object }) => object)).toEqual([rich]);
  });

  it('answers in the order in which objects first appeared', () => {
    const [a, b] = [written({ sequencer: '0A' }), written({ key: objectKey('b'), sequencer: '0A' })];
    const later = written({ sequencer: '0B' });
    expect(merge(a, b, later).map(({ object }) => object)).toEqual([later, b]);
  });

  it('makes nothing of nothing', () => {
    expect(mergeObjects([])).toEqual([]);
  });
});

// Few values for each part, so that merging happens often.
const objects: fc.Arbitrary<WrittenObject> = fc.record(
  {
    bucket: fc.constantFrom('acme-lake', 'acme-drop').map(bucketName),
    key: fc.constantFrom('a', 'b').map(objectKey),
    change: fc.constantFrom('write', 'write', 'write', 're-key'),
    versionId: fc.constantFrom('v1', 'v2'),
    sequencer: fc.constantFrom('0A', '0B', '0C', '00A', '00B'),
    etag: fc.constantFrom('e1', 'e2'),
    writer: fc.record(
      { event: fc.constantFrom('x', 'y'), at: fc.constantFrom('1', '2') },
      { requiredKeys: ['event'] },
    ),
  },
  { requiredKeys: ['bucket', 'key', 'change'] },
);
const batches = fc
  .array(objects, { maxLength: 12 })
  .map((list) => list.map((object, source) => ({ object, source })));
// A fixed order of parts, so that equal objects have equal texts.
const canonical = ({ bucket, key, change, versionId, sequencer, etag, writer }: WrittenObject) =>
  JSON.stringify([bucket, key, change, versionId, sequencer, etag, writer?.event, writer?.at]);
const survivors = (merged: readonly { object: WrittenObject }[]) =>
  merged.map(({ object }) => canonical(object)).sort();

describe('merging any batch', () => {
  it('loses no source and invents none', () => {
    fc.assert(
      fc.property(batches, (batch) => {
        const sources = mergeObjects(batch).flatMap((merged) => merged.sources);
        expect(sources.toSorted((a, b) => a - b)).toEqual(batch.map(({ source }) => source));
      }),
      { numRuns: fuzzRuns() },
    );
  });

  it('answers each source with its own bucket, key and version, and never with an earlier write', () => {
    fc.assert(
      fc.property(batches, (batch) => {
        for (const { object, sources } of mergeObjects(batch)) {
          for (const { object: asked } of batch.filter(({ source }) => sources.includes(source))) {
            expect([asked.bucket, asked.key, asked.versionId, asked.change]).toEqual([
              object.bucket,
              object.key,
              object.versionId,
              object.change,
            ]);
            expect((asked.sequencer ?? '') <= (object.sequencer ?? '')).toBe(true);
            expect(asked.sequencer?.length).toBe(object.sequencer?.length);
          }
        }
      }),
      { numRuns: fuzzRuns() },
    );
  });

  it('in another order leaves the same objects', () => {
    const shuffled = batches.chain((batch) =>
      fc.tuple(fc.constant(batch), fc.shuffledSubarray(batch, { minLength: batch.length })),
    );
    fc.assert(
      fc.property(shuffled, ([batch, other]) => {
        expect(survivors(mergeObjects(other))).toEqual(survivors(mergeObjects(batch)));
      }),
      { numRuns: fuzzRuns() },
    );
  });

  it('twice is the same as once', () => {
    fc.assert(
      fc.property(batches, (batch) => {
        const once = mergeObjects(batch);
        const twice = mergeObjects(once.map(({ object, sources }) => ({ object, source: sources })));
        expect(twice.map(({ object, sources }) => ({ object, sources: sources.flat() }))).toEqual(once);
      }),
      { numRuns: fuzzRuns() },
    );
  });
});
