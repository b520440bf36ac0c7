import { didYouMean } from '../policy/suggest.ts';
import { bucketProperty, isEncryptionProperty, PROPERTIES } from './properties.ts';

const NAMES = [...PROPERTIES.keys()];
const OF_S3 = /^fs\.s3[an]?\./iu;
const PER_BUCKET = /^(fs\.s3a?)\.bucket\.([^.].*)$/iu;
const WORDS = /encrypt|(?:^|[._-])(?:cse|kms|d?sse)/u;
/** A longer name is nobody's typing error, and comparing costs the product of the lengths. */
const LONGEST_NAME = 160;
/** Real properties of other purpose that are as near to one of ours as a typing error would be. */
const UNRELATED: ReadonlySet<string> = new Set(['fs.s3n.ssl.enabled', 'fs.s3a.ssl.enabled']);

/** Takes a Hadoop property's name and says whether it would decide about S3 encryption if it were spelt as it is meant. */
export function looksLikeEncryption(name: string): boolean {
  if (!OF_S3.test(name)) return false;
  return WORDS.test(name.replace(/([a-z0-9])([A-Z])/g, '$1.$2').toLowerCase());
}

/** True for a property of the table, and for one that looks like S3 encryption without being one. */
export const concernsEncryption = (name: string): boolean =>
  isEncryptionProperty(name) || looksLikeEncryption(name);

const S3_NAME = /(?:-D)?fs\.s3[an]?\.[\w.-]+/giu;

/** The first property about S3 encryption that a text names, as it names it. */
export const encryptionNamed = (text: string): string | undefined =>
  text.match(S3_NAME)?.find((found) => concernsEncryption(found.replace(/^-D/u, '')));

function meantForBucket(name: string): string | undefined {
  const [, scheme = '', rest = ''] = PER_BUCKET.exec(name) ?? [];
  for (let dot = rest.indexOf('.'); dot !== -1; dot = rest.indexOf('.', dot + 1)) {
    const meant = didYouMean(`${scheme}${rest.slice(dot)}`, NAMES);
    if (meant === undefined) continue;
    const [family = '', ...tail] = [
      meant.slice(0, meant.indexOf('.', 3)),
      meant.slice(meant.indexOf('.', 3)),
    ];
    const full = `${family}.bucket.${rest.slice(0, dot)}${tail.join('')}`;
    if (bucketProperty(full) !== undefined) return full;
  }
  return undefined;
}

/** Takes a name that is not in the table and gives the one that it was probably meant to be; `undefined` where none is near. */
export function meantProperty(name: string): string | undefined {
  if (name.length > LONGEST_NAME || UNRELATED.has(name)) return undefined;
  return PER_BUCKET.test(name) ? meantForBucket(name) : didYouMean(name, NAMES);
}
