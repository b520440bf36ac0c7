import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { at } from '../template/stack.ts';
import { REPORT_BUCKET } from './definition.ts';
import { ALL, CAUSES, forget, output, WHOLE, worldOfNine } from './nine-objects.ts';
import { BUCKET, CONFIG_BUCKET, folder, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await worldOfNine();
});
afterAll(() => world.close());
afterEach(() => forget(world));

describe('a run over a listing', () => {
  it('gives each object one record, console folders too, one report, and one digest for each cause', async () => {
    const ended = await world.execution(WHOLE, { name: 'whole', itemsPerBatch: 2 }).run();
    expect(ended.visited).toEqual(['Begin', 'Source', 'AuditListing', 'Summarise', 'IsComplete', 'Done']);
    expect(output(ended)).toMatchObject({
      complete: true,
      incomplete: [],
      batches: 5,
      objects: 9,
      outcomes: { compliant: 4, violation: 3, unknown: 0, uncovered: 1, exempt: 1, gone: 0 },
      digests: 2,
      report: `s3://${REPORT_BUCKET}/${folder('whole')}report.html`,
    });
    expect(await world.records('whole')).toEqual(ALL);
    expect(await world.digests()).toEqual(CAUSES);
    expect(await world.text(`${folder('whole')}report.html`)).toContain(`s3://${BUCKET}/`);
    expect(JSON.parse(await world.text(`${folder('whole')}tally.json`))).toMatchObject({
      version: 1,
      listed: 9,
    });
  });

  it('audits what lies under its prefix alone', async () => {
    output(await world.execution({ bucket: BUCKET, prefix: 'b/' }, { name: 'prefix' }).run());
    expect(await world.records('prefix')).toEqual(['violation b/1', 'violation b/2', 'violation b/3']);
  });

  it('of an empty prefix is complete, says that there were no objects, and alerts nobody', async () => {
    const ended = await world.execution({ bucket: BUCKET, prefix: 'nothing/' }, { name: 'empty' }).run();
    expect(output(ended)).toMatchObject({ complete: true, batches: 0, objects: 0, digests: 0 });
    expect(await world.keys(`${folder('empty')}records/`)).toEqual([]);
    expect(await world.digests()).toEqual([]);
  });

  it('judges by the policy that it names', async () => {
    const strict =
      'version: 1\nrules: [{ id: all, match: s3://acme-lake/, sse: { algorithm: [aws:kms:dsse] } }]\n';
    await world.put(CONFIG_BUCKET, 'strict.yaml', strict);
    const input = { ...WHOLE, policy: `s3://${CONFIG_BUCKET}/strict.yaml` };
    const ended = await world.execution(input, { name: 'strict' }).run();
    expect(output(ended)).toMatchObject({ outcomes: { violation: 9 } });
  });

  it('that is judged by two policies, because one changed meanwhile, is incomplete', async () => {
    const named = `s3://${CONFIG_BUCKET}/changing.yaml`;
    const text = 'version: 1\nrules: [{ id: all, match: s3://acme-lake/, sse: { algorithm: [AES256] } }]\n';
    await world.put(CONFIG_BUCKET, 'changing.yaml', text);
    const execution = world.execution({ ...WHOLE, policy: named }, { name: 'changing', itemsPerBatch: 5 });
    let batches = 0;
    const invoke = world.invoke.bind(world);
    world.invoke = async (arn, payload) => {
      batches += 1;
      if (batches === 2) await world.put(CONFIG_BUCKET, 'changing.yaml', `${text}# later\n`);
      return invoke(arn, payload);
    };
    const ended = await execution.run();
    world.invoke = invoke;
    expect(ended).toMatchObject({
      status: 'FAILED',
      error: 'RunIncomplete',
      cause: expect.stringContaining('The policy changed while the run went on'),
    });
  });
});

describe('a run over an inventory', () => {
  const columns = ['Bucket', 'Key', 'VersionId', 'IsLatest', 'IsDeleteMarker', 'Size'];
  const row = (key: string, deleted = 'false') => [BUCKET, key, '', 'true', deleted, '1'];
  const inventory = { bucket: CONFIG_BUCKET, key: 'inventory/manifest.json' };
  beforeAll(() =>
    world.putInventory(columns, [
      row('a/1'),
      row('a/2+b%2Bc'),
      row('a/%C3%A9/3'),
      row('b/1'),
      row('a/x', 'true'),
    ]),
  );

  it('decodes keys as its input says, and skips delete markers', async () => {
    const input = { bucket: BUCKET, inventory, keyEncoding: 'url' };
    const ended = await world.execution(input, { name: 'inventory', itemsPerBatch: 2 }).run();
    expect(ended.visited).toContain('AuditInventory');
    expect(output(ended)).toMatchObject({ complete: true, objects: 4 });
    expect(await world.records('inventory')).toEqual([
      'compliant a/1',
      'compliant a/2 b+c',
      'compliant a/é/3',
      'violation b/1',
    ]);
  });

  it('with the wrong encoding calls no object gone: it is unknown, by its encoding', async () => {
    const input = { bucket: BUCKET, inventory, keyEncoding: 'raw' };
    output(await world.execution(input, { name: 'raw' }).run());
    expect(await world.records('raw')).toEqual([
      'compliant a/1',
      'unknown a/%C3%A9/3',
      'unknown a/2+b%2Bc',
      'violation b/1',
    ]);
    expect(await world.digests()).toContain('run: unknown KEY_ENCODING 2');
  });

  it('with a row that names another bucket is incomplete, and says which', async () => {
    await world.putInventory(columns, [row('a/1'), ['acme-other', 'x', '', 'true', 'false', '1']]);
    const input = { bucket: BUCKET, inventory, keyEncoding: 'url' };
    expect(await world.execution(input, { name: 'stranger' }).run()).toMatchObject({
      status: 'FAILED',
      error: 'RunIncomplete',
      cause: expect.stringContaining('found "acme-other", expected the run\'s bucket'),
    });
  });
});

describe('a run whose input is not right', () => {
  it.each([
    ['nothing', {}, 'BadInput'],
    ['no bucket', { prefix: 'a/' }, 'BadInput'],
    [
      'an inventory without the encoding of its keys',
      { bucket: BUCKET, inventory: { bucket: 'b', key: 'k' } },
      'BadInput',
    ],
    [
      'an encoding that nobody knows',
      { bucket: BUCKET, inventory: { bucket: 'b', key: 'k' }, keyEncoding: 'URL' },
      'BadInput',
    ],
    [
      'an inventory without a key',
      { bucket: BUCKET, inventory: { bucket: 'b' }, keyEncoding: 'url' },
      'BadInput',
    ],
    ['a listing whose keys are said to be encoded', { bucket: BUCKET, keyEncoding: 'url' }, 'BadInput'],
    ['the report bucket', { bucket: REPORT_BUCKET }, 'ReportBucketAudited'],
  ])('with %s ends before anything is begun', async (_, input, error) => {
    world.invocations = 0;
    const ended = await world.execution(input, { name: 'bad' }).run();
    expect(ended).toMatchObject({ status: 'FAILED', error });
    expect(world.invocations).toBe(0);
  });
});

describe('the report of a run', () => {
  it('lies in the folder of the run, and nothing is written anywhere else', async () => {
    const before = await world.keys('', BUCKET);
    output(await world.execution(WHOLE, { name: 'folder' }).run());
    expect(await world.keys('', BUCKET)).toEqual(before);
    const names = (await world.keys(folder('folder'))).map((key) => key.slice(folder('folder').length));
    expect(names).toEqual([
      expect.stringMatching(/^records\/[0-9a-f]{32}\.ndjson$/),
      'report.html',
      'results/drive-1/SUCCEEDED_0.jsonl',
      'results/drive-1/manifest.json',
      'summary.json',
      'tally.json',
    ]);
    const result = JSON.parse(await world.text(`${folder('folder')}results/drive-1/SUCCEEDED_0.jsonl`));
    expect(at(result, 'items')).toBe(9);
  });
});
