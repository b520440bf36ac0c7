import { describe, expect, it } from 'vitest';
import { readWithInstructionFile } from '../../src/encryption/envelope.ts';
import {
  companionKey,
  MAX_INSTRUCTION_FILE_BYTES,
  readInstructionFile,
} from '../../src/encryption/instruction-file.ts';
import type { ClientSideEncryption } from '../../src/encryption/observation.ts';

const KEY = 'd3JhcHBlZC1kYXRhLWtleS1ub3QtZm9yLWxvZ3M=';
const V1 = { 'x-amz-key': KEY, 'x-amz-iv': 'aXYt', 'x-amz-matdesc': '{"keyname":"a"}' };
const V2 = {
  'x-amz-key-v2': KEY,
  'x-amz-iv': 'aXYt',
  'x-amz-matdesc': '{}',
  'x-amz-wrap-alg': 'AES/GCM',
  'x-amz-cek-alg': 'AES/GCM/NoPadding',
};
const V3 = { 'x-amz-3': KEY, 'x-amz-w': '02' };
const ON_OBJECT = { 'x-amz-c': '115', 'x-amz-d': 'Y29tbWl0', 'x-amz-i': 'bWVzc2Fn' };

type Members = Readonly<Record<string, unknown>>;
const file = (members: Members) => readInstructionFile(JSON.stringify(members));
const both = (metadata: Readonly<Record<string, string>>, members: Members): ClientSideEncryption => {
  const reading = file(members);
  if (reading.kind !== 'instruction-file') throw new Error(reading.why);
  return readWithInstructionFile(new Map(Object.entries(metadata)), reading.members);
};
const malformed = (why: string) => ({ type: 'malformed', why, storage: 'instruction-file' });

describe('readInstructionFile', () => {
  it.each([
    ['V1', V1],
    ['V2', V2],
    ['V2', { ...V2, 'x-amz-unencrypted-content-length': 51, 'x-amz-tag-len': 128 }],
    ['V2', { ...V2, 'x-amz-tag-len': '' }],
    ['V2', { ...V2, 'x-amz-crypto-instr-file': '' }],
    ['V3', V3],
    ['V3', { ...V3, 'x-amz-m': null }],
    ['V3', { ...V3, ...ON_OBJECT }],
  ])('a complete envelope is an instruction file: %s, %j', (format, members) => {
    const reading = file(members);
    expect(reading).toMatchObject({ kind: 'instruction-file', format });
    if (reading.kind === 'instruction-file')
      expect([...reading.members.keys()]).toEqual(Object.keys(members));
  });

  it.each([
    ['', 'not JSON'],
    ['PAR1', 'not JSON'],
    ['[]', 'no JSON object'],
    ['"x-amz-key"', 'no JSON object'],
    ['{}', 'no wrapped key'],
    [JSON.stringify({ ...V1, color: 'red' }), 'a member that no envelope has'],
    [JSON.stringify({ ...V1, 'X-Amz-Iv': 'aXYt' }), 'a member that no envelope has'],
    [JSON.stringify({ ...V1, 'x-amz-iv': undefined }), 'x-amz-iv is missing'],
    [JSON.stringify({ ...V1, 'x-amz-iv': null }), 'x-amz-iv is no text'],
    [JSON.stringify({ ...V1, 'x-amz-iv': 7 }), 'x-amz-iv is no text'],
    [JSON.stringify({ ...V1, 'x-amz-matdesc': { a: 1 } }), 'x-amz-matdesc is no text'],
    [JSON.stringify({ ...V1, 'x-amz-key': KEY.slice(0, 5) }), 'x-amz-key is not base64'],
    [JSON.stringify({ ...V1, ...V2 }), 'x-amz-key and x-amz-key-v2 are both there'],
    [JSON.stringify({ 'x-amz-3': KEY }), 'x-amz-w is missing'],
    [JSON.stringify(ON_OBJECT), 'no wrapped key'],
    [`{"x-amz-key":"${KEY}",${JSON.stringify(V1).slice(1)}`, 'duplicate name'],
  ])('anything else is data like any other: %s', (body, why) => {
    expect(readInstructionFile(body)).toEqual({ kind: 'data', why });
  });

  it('the size is counted in bytes, to the last one', () => {
    const sized = (bytes: number, filler: string): string => {
      const body = (text: string) => JSON.stringify({ ...V1, 'x-amz-matdesc': text });
      const room = bytes - Buffer.byteLength(body(''));
      const each = Buffer.byteLength(filler);
      return body(filler.repeat(Math.floor(room / each))) + ' '.repeat(room % each);
    };
    for (const filler of ['a', 'é', '日', '🔑']) {
      expect(readInstructionFile(sized(MAX_INSTRUCTION_FILE_BYTES, filler)).kind).toBe('instruction-file');
      expect(readInstructionFile(sized(MAX_INSTRUCTION_FILE_BYTES + 1, filler))).toEqual({
        kind: 'data',
        why: 'too large',
      });
    }
  });
});

describe('readWithInstructionFile', () => {
  it.each([[{}], [{ owner: 'ana' }], [{ 'x-amz-unencrypted-content-length': '5' }], [{ 'x-amz-c': 'red' }]])(
    'V1 and V2 are read from the file alone, whatever the object shows: %j',
    (metadata) => {
      expect(both(metadata, V1)).toMatchObject({
        type: 'envelope',
        format: 'V1',
        storage: 'instruction-file',
      });
      expect(both(metadata, V2)).toMatchObject({
        type: 'envelope',
        format: 'V2',
        wrap: 'AES/GCM',
        storage: 'instruction-file',
      });
    },
  );

  it('V3 is read from both', () => {
    expect(both(ON_OBJECT, { ...V3, 'x-amz-m': '{"keyname":"a"}' })).toEqual({
      type: 'envelope',
      format: 'V3',
      wrap: 'AES/GCM',
      suite: '115',
      storage: 'instruction-file',
      description: new Map([['keyname', 'a']]),
      wrappedKey: KEY,
    });
    expect(both(ON_OBJECT, { ...V3, ...ON_OBJECT }).type).toBe('envelope');
  });

  it('a V3 file beside an object without V3’s names belongs to something that was overwritten', () => {
    expect(both({}, V3)).toEqual(malformed('x-amz-c is missing on the object'));
    expect(both({}, { ...V3, ...ON_OBJECT })).toEqual(malformed('x-amz-c is missing on the object'));
    expect(both({ 'x-amz-c': '115', 'x-amz-d': 'Y29tbWl0' }, V3)).toEqual(
      malformed('x-amz-i is missing on the object'),
    );
  });

  it('two halves that do not fit are malformed', () => {
    expect(both(ON_OBJECT, V2)).toEqual(malformed('the object shows V3, its instruction file V2'));
    expect(both(ON_OBJECT, { ...V3, 'x-amz-d': 'b3RoZXI=' })).toEqual(
      malformed('x-amz-d differs between the object and its instruction file'),
    );
  });

  it('an envelope on the object comes first, a broken one too: the file may have been re-keyed beside it', () => {
    expect(both(V1, V2)).toMatchObject({ type: 'envelope', format: 'V1', storage: 'metadata' });
    expect(both({ 'x-amz-key': KEY }, V2)).toEqual({
      type: 'malformed',
      why: 'x-amz-iv is missing',
      storage: 'metadata',
    });
  });

  it('members that readInstructionFile would not have passed are malformed, not an accident', () => {
    const none = new Map<string, string>();
    expect(readWithInstructionFile(none, new Map())).toEqual(
      malformed('the instruction file holds no wrapped key'),
    );
    expect(readWithInstructionFile(none, new Map([['color', 'red']]))).toEqual(
      malformed('a member that no envelope has'),
    );
    expect(readWithInstructionFile(none, new Map([['x-amz-key', KEY]]))).toEqual(
      malformed('x-amz-iv is missing'),
    );
    expect(readWithInstructionFile(none, new Map(Object.entries({ ...V1, ...V2 })))).toEqual(
      malformed('x-amz-key and x-amz-key-v2 are both there'),
    );
  });

  it('S3’s encoding of headers is not undone in a file, whose text is UTF-8 already', () => {
    expect(both({}, { ...V1, 'x-amz-matdesc': '{"a":"Ã¥"}' })).toMatchObject({
      description: new Map([['a', 'Ã¥']]),
    });
  });
});

describe('companionKey', () => {
  it.each([
    ['a/b.bin.instruction', '.instruction', 'a/b.bin'],
    ['a.instruction.instruction', '.instruction', 'a.instruction'],
    ['a/INSTRUCTION_SUFFIX', 'INSTRUCTION_SUFFIX', 'a/'],
    ['.instruction', '.instruction', undefined],
    ['a/b.bin', '.instruction', undefined],
    ['a/b.bin.INSTRUCTION', '.instruction', undefined],
    ['a', '', undefined],
  ])('%s under the suffix %j belongs to %s', (key, suffix, companion) => {
    expect(companionKey(key, suffix)).toBe(companion);
  });
});
