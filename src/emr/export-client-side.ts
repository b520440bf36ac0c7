import { referenceText } from '../keys/reference.ts';
import { quoted } from '../policy/problem-text.ts';
import type { Captures, CseRequirement, EnvelopeFormat } from '../policy/types.ts';
import type { ClientEncryption } from './client-encryption.ts';
import type { Choice } from './export-choice.ts';
import { type KeyScope, namedKeys } from './export-key.ts';
import { sayOfKey } from './export-server-side.ts';
import type { Column } from './setting.ts';

type Required = Extract<CseRequirement, { kind: 'required' }>;
type CseKms = Extract<ClientEncryption, { type: 'cse-kms' }>;

interface Envelope {
  readonly client: string;
  readonly wrap: CseKms['wrap'];
  readonly format: EnvelopeFormat;
  readonly suite: string;
}

const EMRFS: Envelope = { client: 'EMRFS', wrap: 'kms', format: 'V2', suite: 'AES/CBC/PKCS5Padding' };
const S3A: Envelope = { client: 'S3A', wrap: 'kms+context', format: 'V2', suite: 'AES/GCM/NoPadding' };

const envelopeOf = (wrap: CseKms['wrap']): Envelope => (wrap === 'kms' ? EMRFS : S3A);

export interface ClientSideQuery {
  readonly cse: Required;
  readonly captures: Captures;
  readonly column: Column;
  readonly scope: KeyScope;
}

/**
 * Client-side encryption under KMS as the column's client writes it, where that meets the rule.
 * https://docs.aws.amazon.com/emr/latest/ReleaseGuide/emr-emrfs-encryption-cse.html and
 * https://docs.aws.amazon.com/emr/latest/ReleaseGuide/emr-s3a-cse-kms.html
 */
export function chooseClientSide({ cse, captures, column, scope }: ClientSideQuery): Choice {
  const envelope = column === 's3-emrfs' ? EMRFS : S3A;
  const gaps = envelopeGaps(cse, envelope);
  if (cse.keys === undefined) {
    return { kind: 'none', reasons: [...gaps, noKey(column)] };
  }
  const named = namedKeys(cse.keys, captures, scope);
  const key = named.find((one) => one.kind === 'reference');
  if (key === undefined) {
    const whys = named.map((one) => (one.kind === 'unusable' ? one.why : NO_MANAGED_KEY));
    return { kind: 'none', reasons: [...gaps, ...whys] };
  }
  if (gaps.length > 0) return { kind: 'none', reasons: gaps };
  const { reference } = key;
  const said = sayOfKey(key);
  return {
    kind: 'chosen',
    encryption: {
      type: 'cse-kms',
      key: { kind: 'reference', reference },
      ...('region' in reference ? { region: reference.region } : {}),
      wrap: envelope.wrap,
      storage: 'metadata',
    },
    notes: [envelopeNote(envelope), ...said.notes],
    remarks: said.remarks,
  };
}

const NO_MANAGED_KEY = 'aws/s3 is no key for client-side encryption: name one of your own in the rule';

function noKey(column: Column): string {
  const settings =
    column === 's3-emrfs'
      ? 'fs.s3.cse.encryptionMaterialsProvider and its .uri'
      : 'fs.s3a.encryption.algorithm=CSE-CUSTOM and fs.s3a.encryption.cse.custom.keyring.class.name';
  return `its cse names no KMS key: name one, or supply a class of your own that provides the key (${settings})`;
}

const envelopeNote = ({ client, wrap, format, suite }: Envelope): string =>
  `${client} encrypts before it sends: format ${format}, wrap ${wrap}, suite ${suite}; ${
    wrap === 'kms' ? 'the envelope claims the key as it is configured' : 'the envelope names no key'
  }`;

/** What this client's envelopes will not meet, one sentence each; empty where they meet all but the key itself. */
function envelopeGaps(cse: Required, { client, wrap, format, suite }: Envelope): readonly string[] {
  const writes = (what: string, actual: string, wanted: readonly string[] | undefined): readonly string[] =>
    wanted === undefined || wanted.includes(actual)
      ? []
      : [`its ${what} is ${wanted.map(quoted).join(' or ')}, and ${client} writes ${quoted(actual)}`];
  const claimed = wrap === 'kms+context' && cse.keys !== undefined && cse.proof === 'claimed';
  return [
    ...writes('wrap', wrap, cse.wraps),
    ...writes('format', format, cse.formats),
    ...writes('suite', suite, cse.suites),
    ...(cse.context === undefined ? [] : [`it asks for an encryption context, which ${client} cannot set`]),
    ...(cse.description === undefined
      ? []
      : [`it asks for a material description, which no envelope under a KMS key has`]),
    ...(claimed
      ? [
          "S3A's envelopes name no key, so that the rule could not be judged: write through EMRFS, or ask for proof: decrypt-dry-run",
        ]
      : []),
  ];
}

/** True where envelopes under this key are known to meet the requirement. */
export function envelopeMeets(
  cse: Required,
  encryption: CseKms,
  { captures, scope }: Pick<ClientSideQuery, 'captures' | 'scope'>,
): boolean {
  if (encryption.storage !== 'metadata' || envelopeGaps(cse, envelopeOf(encryption.wrap)).length > 0)
    return false;
  if (cse.keys === undefined) return true;
  if (encryption.key.kind !== 'reference') return false;
  const text = referenceText(encryption.key.reference);
  return namedKeys(cse.keys, captures, scope).some(
    (key) => key.kind === 'reference' && referenceText(key.reference) === text,
  );
}
