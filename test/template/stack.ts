import { type Evaluated, evaluate } from './evaluate.ts';
import type { Given } from './parameters.ts';
import { isObject, type Json, type JsonObject, readTemplate } from './parse.ts';

export const template: JsonObject = readTemplate();

export const KEY = 'arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab';
export const OTHER_KEY = 'arn:aws:kms:eu-west-1:444455556666:key/0987dcba-09fe-87dc-65ba-ab0987654321';

/** The parameters without a default. */
export const REQUIRED: Given = {
  AuditedBuckets: 'acme-lake,acme-drop',
  Policy: 's3://acme-config/policy.yaml',
};

/** Every switch, with the value that puts it on. */
export const SWITCHES = {
  EventBridgeForExistingBuckets: 'on',
  EncryptionUpdateEvents: 'on',
  DirectEvents: 'on',
  InstructionFiles: 'on',
  ReportBucket: 'acme-reports',
  BatchOperations: 'on',
  AlertEmail: 'ops@example.com',
  AlertQueueArn: 'arn:aws:sqs:eu-west-1:444455556666:alerts',
  AlertHttpsEndpoint: 'https://example.com/alerts',
  AlarmTopicArn: 'arn:aws:sns:eu-west-1:111122223333:operations',
  TopicKmsKeyArn: KEY,
} as const satisfies Given;

/** The rest of what may be set, all at once. */
export const ALL_ON = {
  ...SWITCHES,
  PolicyKmsKeyArn: KEY,
  Proof: 'on',
  ProofKeyArns: `${KEY},${OTHER_KEY}`,
  BucketOwnerAccounts: '111122223333,444455556666',
  InventoryBucket: 'acme-inventory',
} as const satisfies Given;

export const deploy = (given: Given = {}, partition?: string): Evaluated =>
  evaluate(template, { ...REQUIRED, ...given }, partition);

/** Every choice of the given switches. */
export function combinations(switches: Given): readonly Given[] {
  return Object.entries(switches).reduce<readonly Given[]>(
    (made, [name, value]) => made.flatMap((choice) => [choice, { ...choice, [name]: value }]),
    [{}],
  );
}

export function properties(stack: Evaluated, id: string): JsonObject {
  const found = stack.resources[id]?.Properties;
  if (!isObject(found)) throw new Error(`the stack has no ${id} with properties`);
  return found;
}

export const idsOfType = (stack: Evaluated, type: string): readonly string[] =>
  Object.entries(stack.resources)
    .filter(([, resource]) => resource.Type === type)
    .map(([id]) => id);

/** What lies under a path of names and indexes; throws where there is nothing. */
export function at(value: Json | undefined, ...path: readonly (string | number)[]): Json {
  let here = value;
  for (const step of path) {
    if (Array.isArray(here)) here = here[Number(step)];
    else here = isObject(here) ? here[step] : undefined;
    if (here === undefined) throw new Error(`nothing at ${path.join('.')}`);
  }
  if (here === undefined) throw new Error('nothing there');
  return here;
}

export const list = (value: Json | undefined): readonly Json[] =>
  value === undefined ? [] : Array.isArray(value) ? value : [value as Json];

export const statements = (document: Json): readonly JsonObject[] =>
  list(at(document, 'Statement')).filter((statement) => isObject(statement));
