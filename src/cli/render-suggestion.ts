import { jsonForm } from '../alerts/json-form.ts';
import type { ScratchExemption, ScratchSuggestion } from '../emr/scratch-exemptions.ts';

/** Rules that are named before the rest is counted. */
const MOST_RULES = 8;

/** How the policy is written: what is printed can be pasted into it. */
export interface PolicyForm {
  readonly json: boolean;
  readonly hasExemptions: boolean;
}

/** The exemptions as YAML to paste, with what each costs said in comments; for a policy in JSON as JSON, one to a line. */
export function renderSuggestion(
  { exemptions, clientSideRules }: ScratchSuggestion,
  form: PolicyForm,
): string {
  if (form.json) return exemptions.map((one) => `${jsonForm(fields(one))},\n`).join('');
  const folders = exemptions.filter(({ kind }) => kind === 'folder');
  const markers = exemptions.filter(({ kind }) => kind === 'marker');
  const costs = [...FOLDER_COST, ...plaintextCost(clientSideRules)];
  const lines = [
    '# Suggested for the scratch objects of EMR, Spark and Hadoop. Nothing was changed: paste what you want.',
    form.hasExemptions ? '# These go below the "exempt:" that the policy has.' : 'exempt:',
    ...(folders.length === 0 ? [] : costs.map((line) => `  # ${line}`)),
    ...yamlLines(folders),
    ...(markers.length === 0
      ? []
      : ['  # Markers: the bound on their size is what keeps data from hiding behind them.']),
    ...yamlLines(markers),
  ];
  return lines.map((line) => `${line}\n`).join('');
}

/** What people should know of a suggestion that is printed as data alone, or of what was left out of it. */
export function suggestionNotes(
  { covered, exemptions, clientSideRules }: ScratchSuggestion,
  form: PolicyForm,
): readonly string[] {
  const left = covered.map(({ match, by }) => {
    const until = by.until === undefined ? '' : ` until ${by.until}`;
    return `left out, since line ${by.line} exempts it${until}: ${match}`;
  });
  const folders = exemptions.some(({ kind }) => kind === 'folder');
  const costs = form.json && folders ? [...FOLDER_COST, ...plaintextCost(clientSideRules)] : [];
  return [...costs, ...left, ...(exemptions.length === 0 ? ['nothing to suggest'] : [])];
}

const FOLDER_COST: readonly string[] = [
  'Scratch folders hold real data until the job commits or cleans up, and for good where it fails. What is exempt there is',
  'not audited at all. "policy check" warns of each that has no "until": add one, or leave the folder audited.',
];

function plaintextCost(rules: readonly string[]): readonly string[] {
  if (rules.length === 0) return [];
  return [
    `Client-side encryption is required by ${named(rules)}: below them an exempt folder may hold plaintext.`,
  ];
}

const named = (rules: readonly string[]): string => {
  const others = rules.length - MOST_RULES;
  return rules.slice(0, MOST_RULES).join(', ') + (others > 0 ? ` and ${others} more` : '');
};

/** Exemptions that were looked for below the same rules stand together under a comment that names these. */
function yamlLines(exemptions: readonly ScratchExemption[]): readonly string[] {
  const byRules = Map.groupBy(
    exemptions,
    ({ rules }) => `${rules.length === 1 ? 'rule' : 'rules'} ${named(rules)}`,
  );
  return [...byRules].flatMap(([rules, all]) => [`  # ${rules}`, ...all.map(yamlLine)]);
}

function yamlLine(one: ScratchExemption): string {
  const members = Object.entries(fields(one)).map(([name, value]) => `${name}: ${jsonForm(value)}`);
  return `  - { ${members.join(', ')} }`;
}

const fields = ({ match, maxSizeBytes, reason }: ScratchExemption) => ({
  match,
  ...(maxSizeBytes === undefined ? {} : { maxSize: maxSizeBytes }),
  reason,
});
