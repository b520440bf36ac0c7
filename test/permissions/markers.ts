import { KEYS, LAKE } from './names.ts';

const base64 = (text: string): string => Buffer.from(text).toString('base64');

/** What nobody may ever see again, each in words that stand nowhere else. Keys and IVs are base64 of their words. */
export const MARKERS = {
  'the secret access key': 'MARKSECRETACCESSKEY01',
  'the session token': 'MARKSESSIONTOKEN02',
  'a token in the environment': 'MARKENVIRONMENTTOKEN03',
  'a wrapped key of V1': base64('MARK wrapped key of V1 ..'),
  'a wrapped key of V2': base64('MARK wrapped key of V2 ..'),
  'a wrapped key of V3': base64('MARK wrapped key of V3 ..'),
  'a wrapped key in an instruction file': base64('MARK wrapped key in file.'),
  'an IV of V2': base64('MARK iv 0008'),
  'an IV of V1': base64('MARK iv 00000009'),
  'a message id of V3': base64('MARK message id 0000 of V3..'),
  'a key commitment of V3': base64('MARK commitment 0000 of V3..'),
  'a value of the context that no rule names': 'MARKCONTEXTVALUE12',
  'a value of the description that no rule names': 'MARKDESCRIPTIONVALUE13',
  'a description that is no JSON': 'MARKNOTJSON14',
  'a value of other user metadata': 'MARKUSERMETADATA15',
  'a length in the metadata that is none': 'MARKLENGTH16',
  'the body of an object': 'MARKBODY17',
  'an instruction file that is no JSON': 'MARKFILENOTJSON18',
  'a key of SSE-C': Buffer.from('MARK sse-c key of 32 bytes 00019').toString('base64'),
  'a comment of the policy': 'MARKPOLICYCOMMENT20',
  'a request id of the event': 'MARKREQUESTID21',
  'a member of the event that nobody knows': 'MARKUNKNOWNMEMBER22',
  'an attribute of the message': 'MARKMESSAGEATTRIBUTE23',
} as const;

/** What is meant to be seen: contract section 4. The search is proven by finding these. */
export const SEEN = {
  'the entry that the rule names': 'SEENCONTEXTVALUE',
  'the name of an entry that it does not name': 'seen-name-of-another',
  'the principal that wrote': 'SEENPRINCIPAL',
} as const;

/** In records and logs, never in what is sent: contract section 6. */
export const SOURCE_ADDRESS = '203.0.113.77';

/** A text as it is, and in the forms in which it could be passed on. */
export function formsOf(text: string): readonly string[] {
  const decoded = Buffer.from(text, 'base64').toString('latin1');
  const words = decoded.startsWith('MARK ') ? [text, decoded] : [text];
  return words.flatMap((word) => [
    word,
    base64(word).replace(/=+$/, ''),
    Buffer.from(word).toString('hex'),
    encodeURIComponent(word),
  ]);
}

/** Where a text stands in any of its forms, by the names of the places. */
export const placesOf = (text: string, sinks: ReadonlyMap<string, string>): readonly string[] =>
  [...sinks].flatMap(([name, held]) =>
    formsOf(text).some((form) => held.toLowerCase().includes(form.toLowerCase())) ? [name] : [],
  );

/** Every rule is violated or cannot be told, so that every object is spoken of. */
export const MARKED_POLICY = `# ${MARKERS['a comment of the policy']}
version: 1
rules:
  - { id: v1, match: s3://${LAKE}/v1/, cse: { description: { keyname: acme } } }
  - { id: v2, match: s3://${LAKE}/v2/, cse: { context: { team: other } } }
  - { id: v3, match: s3://${LAKE}/v3/, cse: { context: { team: other }, format: [V2] } }
  - { id: file, match: s3://${LAKE}/file/, cse: { context: { team: other } } }
  - { id: broken, match: s3://${LAKE}/broken/, cse: required }
  - { id: customer, match: s3://${LAKE}/customer/, sse: { algorithm: [aws:kms] } }
  - { id: proof, match: s3://${LAKE}/proof/, cse: { key: "${KEYS.proof}", proof: decrypt-dry-run } }
`;

const NAMED = SEEN['the entry that the rule names'];
const OTHER_NAME = SEEN['the name of an entry that it does not name'];
const context = (more: Readonly<Record<string, string>>): string =>
  JSON.stringify({
    team: NAMED,
    [OTHER_NAME]: MARKERS['a value of the context that no rule names'],
    ...more,
  });
const USER = { author: MARKERS['a value of other user metadata'] };
const V2 = {
  ...USER,
  'x-amz-key-v2': MARKERS['a wrapped key of V2'],
  'x-amz-iv': MARKERS['an IV of V2'],
  'x-amz-matdesc': context({ 'aws:x-amz-cek-alg': 'AES/GCM/NoPadding' }),
  'x-amz-wrap-alg': 'kms+context',
  'x-amz-cek-alg': 'AES/GCM/NoPadding',
  'x-amz-tag-len': '128',
};
const V3_ON_OBJECT = {
  'x-amz-c': '115',
  'x-amz-d': MARKERS['a key commitment of V3'],
  'x-amz-i': MARKERS['a message id of V3'],
};

/** Objects by key, with their metadata. */
export const OBJECTS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'v1/whole': {
    ...USER,
    'x-amz-key': MARKERS['a wrapped key of V1'],
    'x-amz-iv': MARKERS['an IV of V1'],
    'x-amz-matdesc': JSON.stringify({
      keyname: NAMED,
      slot: MARKERS['a value of the description that no rule names'],
    }),
  },
  'v2/whole': V2,
  'v3/whole': {
    ...USER,
    ...V3_ON_OBJECT,
    'x-amz-3': MARKERS['a wrapped key of V3'],
    'x-amz-w': '12',
    'x-amz-t': context({ 'aws:x-amz-cek-alg': '115' }),
  },
  'file/whole': { ...USER, 'x-amz-unencrypted-content-length': '4' },
  'file/no-json': { 'x-amz-unencrypted-content-length': '4' },
  'v2/description': { ...V2, 'x-amz-matdesc': MARKERS['a description that is no JSON'] },
  'broken/iv': { ...V2, 'x-amz-iv': MARKERS['an IV of V1'].slice(1) },
  'broken/key': { ...V2, 'x-amz-key-v2': `${MARKERS['a wrapped key of V2']}!` },
  'broken/both': { ...V2, 'x-amz-key': MARKERS['a wrapped key of V1'] },
  'broken/length': { ...V2, 'x-amz-tag-len': MARKERS['a length in the metadata that is none'] },
  'broken/v3': { ...V3_ON_OBJECT, 'x-amz-c': MARKERS['a length in the metadata that is none'] },
  'broken/file-v3': V3_ON_OBJECT,
  'proof/wrong': V2,
};

const whole = {
  ...V2,
  'x-amz-key-v2': MARKERS['a wrapped key in an instruction file'],
  [MARKERS['a value of other user metadata']]: MARKERS['a value of other user metadata'],
};

/** Instruction files by key. */
export const FILES: Readonly<Record<string, string>> = {
  'file/whole.instruction': JSON.stringify(whole),
  'file/no-json.instruction': `${MARKERS['an instruction file that is no JSON']} {`,
  'broken/file-v3.instruction': JSON.stringify({
    'x-amz-3': MARKERS['a wrapped key in an instruction file'],
    'x-amz-w': '12',
    'x-amz-t': MARKERS['a description that is no JSON'],
  }),
};
