import { printable } from '../objects/printable.ts';
import { quoted, shown } from '../policy/problem-text.ts';
import { type EffectiveClient, effectiveClient } from './effective.ts';
import { importedConnector } from './import-release.ts';
import { type ImportedRequirement, requirementOf } from './import-rule.ts';
import {
  addressFault,
  addressOf,
  type ImportScope,
  type ImportTarget,
  importScopes,
  RuleIds,
} from './import-targets.ts';
import { commentLines, scalar } from './import-text.ts';
import { placeText } from './place-text.ts';
import { type EmrProblem, type EmrProblemId, emrProblem } from './problem.ts';
import { knownProperty } from './properties.ts';
import type { EmrReading } from './reading.ts';
import type { Column, Connector, Setting, SettingPlace } from './setting.ts';

export type { ImportTarget } from './import-targets.ts';

export interface ImportRequest {
  readonly readings: readonly EmrReading[];
  readonly column: Column;
  /** Empty: a rule for all buckets, beside those for the buckets that the settings name. */
  readonly targets: readonly ImportTarget[];
  /** The release label of a flag, which comes before that of a document. */
  readonly released?: string;
  /** What serves `s3://` where a flag says so, which comes before settings and release labels. */
  readonly s3Connector?: Connector;
}

export interface Imported {
  /** A policy as YAML, with comments; without rules it holds the version and says why. */
  readonly text: string;
  readonly rules: number;
  /** What was found in deciding; the problems of reading stay with the readings. */
  readonly problems: readonly EmrProblem[];
}

const COLUMN_NAMES: Readonly<Record<Column, string>> = {
  's3-emrfs': 's3:// on EMRFS',
  's3-s3a': 's3:// on S3A',
  's3a-s3a': 's3a:// on S3A',
};

const FLAG_OF_TARGET: SettingPlace = { source: '--prefix' };

interface Part {
  readonly scope: ImportScope;
  readonly client: EffectiveClient;
  readonly requirement: ImportedRequirement;
  /** The encryption settings that decided, without those of the cache and the committer. */
  readonly origins: readonly Setting[];
}

/**
 * Takes what was read of EMR's configuration and writes the policy that the clients of one column satisfy: a rule for
 * each target, for each bucket with settings of its own and, without targets, for all buckets. Nothing is guessed: what
 * cannot be told or required is a comment and a problem, and no rule.
 */
export function importPolicy(request: ImportRequest): Imported {
  const { column, readings, targets } = request;
  const settings = readings.flatMap((reading) => reading.settings);
  const server = importedConnector(request, settings);
  const mapped = column === 's3-s3a' || (request.s3Connector ?? server.connector) === 's3a';
  const parts = importScopes(settings, targets, column).map((scope): Part => {
    const bucket = scope.kind === 'target' ? scope.target.bucket : '';
    const client = effectiveClient({ settings, column, bucket, mapped });
    const requirement = expressible(scope, requirementOf(client.encryption, column));
    const origins = client.from.filter(({ name }) => knownProperty(name)?.decides === 'encryption');
    return { scope, client, requirement, origins };
  });
  const problems = [
    ...server.problems,
    ...parts.flatMap(({ client }) => client.problems),
    ...parts.flatMap((part) => problemsOf(part, parts)),
  ];
  const ids = new RuleIds();
  const blocks = parts.map((part) => blockOf(part, parts, ids));
  const rules = parts.filter(({ requirement }) => requirement.kind === 'rule').length;
  return { text: document(column, blocks, rules), rules, problems: distinct(problems) };
}

function expressible(scope: ImportScope, requirement: ImportedRequirement): ImportedRequirement {
  if (requirement.kind !== 'rule' || scope.kind === 'all-buckets') return requirement;
  const why = addressFault(scope.target);
  return why === undefined ? requirement : { kind: 'none', id: 'emr/not-expressible', why };
}

const nameOfScope = (scope: ImportScope): string =>
  scope.kind === 'target' ? addressOf(scope.target) : 's3://*';

/** A bucket without a rule of its own falls under the rule for all buckets, which its client need not satisfy. */
const coveredByAll = (part: Part, parts: readonly Part[]): boolean =>
  part.requirement.kind !== 'rule' &&
  parts.some(({ scope, requirement }) => scope.kind === 'all-buckets' && requirement.kind === 'rule');

const COVERED =
  'the rule for all buckets governs it nevertheless: write a rule of its own for what this bucket is to hold';

function problemsOf(part: Part, parts: readonly Part[]): readonly EmrProblem[] {
  const { scope, client, requirement, origins } = part;
  const place = origins[0]?.place ?? client.problems[0]?.place ?? FLAG_OF_TARGET;
  const name = quoted(nameOfScope(scope));
  const problem = (id: EmrProblemId, message: string): EmrProblem => emrProblem(id, place, message);
  const found: EmrProblem[] = [];
  if (requirement.kind === 'none' && requirement.id !== 'reported') {
    found.push(problem(requirement.id, `${name} gets no rule: ${printable(requirement.why)}`));
  }
  if (coveredByAll(part, parts))
    found.push(problem('emr/not-expressible', `${name} gets no rule, but ${COVERED}`));
  if (requirement.kind === 'rule' && requirement.alias !== undefined) {
    found.push(problem('emr/alias', `${name}: ${aliasRemark(requirement.alias)}`));
  }
  return found;
}

function aliasRemark(alias: string): string {
  const when = alias.startsWith('arn:')
    ? 'when it is used, and may mean another key later'
    : "in the writer's account for the writer, and in the auditor's for the policy";
  return `the alias ${quoted(alias)} is resolved ${when}: name the key by its ARN`;
}

function blockOf(part: Part, parts: readonly Part[], ids: RuleIds): readonly string[] {
  const { scope, requirement } = part;
  const covered = coveredByAll(part, parts) ? [COVERED] : [];
  const comment = (text: string): readonly string[] => commentLines(text, '  ');
  const origins = part.origins.flatMap((setting) => comment(originOf(setting)));
  const name = nameOfScope(scope);
  switch (requirement.kind) {
    case 'unstated': {
      const why =
        "nothing about S3 encryption is asked for, so the bucket's default decides and there is no rule";
      return [why, ...covered].flatMap((text) => comment(`${quoted(name)}: ${text}`)).concat(origins);
    }
    case 'none':
      return [`no rule, ${requirement.why}`, ...covered]
        .flatMap((text) => comment(`${quoted(name)}: ${text}`))
        .concat(origins);
    case 'rule': {
      const alias = requirement.alias === undefined ? [] : [aliasRemark(requirement.alias)];
      const id = ids.idFor(
        scope.kind === 'target' ? `${scope.target.bucket}/${scope.target.prefix}` : 'all-buckets',
      );
      return [
        ...origins,
        ...[...requirement.remarks, ...alias].flatMap(comment),
        `  - id: ${scalar(id)}`,
        `    match: ${scalar(name)}`,
        ...requirement.lines.map((line) => `    ${line}`),
      ];
    }
  }
}

const originOf = ({ name, value, place }: Setting): string =>
  `from ${placeText(place)}: ${shown(name)}=${shown(value)}`;

function document(column: Column, blocks: readonly (readonly string[])[], rules: number): string {
  const intro = `What the clients of ${COLUMN_NAMES[column]} do by the configuration that was read. Check it before it is a policy.`;
  const nothing =
    'No rule came of this configuration: the comments below say why. A policy needs one at least.';
  const head = [
    ...commentLines(intro),
    ...(rules === 0 ? commentLines(nothing) : []),
    'version: 1',
    ...(rules === 0 ? [] : ['rules:']),
  ];
  return `${[head, ...blocks].map((lines) => lines.join('\n')).join('\n')}\n`;
}

const distinct = (problems: readonly EmrProblem[]): readonly EmrProblem[] => [
  ...new Map(problems.map((problem) => [JSON.stringify(problem), problem])).values(),
];
