import { cutStrings, cutText, jsonForm } from '../alerts/json-form.ts';
import type { AuditRecord } from '../verdict/record.ts';
import type { UnknownReason } from '../verdict/verdict.ts';
import { isReason } from './fold-findings.ts';
import { Amount, type AmountJson, isAmountJson } from './tally-amount.ts';
import { FirstItems, type FirstJson, firstTexts, isFirstJson, isTextsJson } from './tally-first.ts';
import { type Guard, shape } from './tally-guard.ts';
import { LIMITS } from './tally-limits.ts';

export interface ReasonJson {
  readonly unknown: AmountJson;
  readonly violating: AmountJson;
  readonly resources: FirstJson<string>;
  readonly objects: FirstJson<string>;
  readonly examples: FirstJson<UnknownReason>;
}

export const isReasonJson: Guard<ReasonJson> = shape<ReasonJson>(
  {
    unknown: isAmountJson,
    violating: isAmountJson,
    resources: isTextsJson,
    objects: isTextsJson,
    examples: isFirstJson(isReason),
  },
  {},
);

/** The objects about which something could not be told, for one reason. */
export class ReasonTally {
  /** Objects that are unknown for this reason, perhaps beside others. */
  readonly unknown = new Amount();
  /** Objects that violate the policy anyway, with this part left undecided. */
  readonly violating = new Amount();
  /** Buckets, keys or files that could not be read. */
  readonly resources: FirstItems<string> = firstTexts(LIMITS.reasonResources);
  readonly objects: FirstItems<string> = firstTexts(LIMITS.reasonObjects);
  readonly examples = new FirstItems<UnknownReason>(LIMITS.reasonResources, (reason) => [
    jsonForm(reason),
    '',
  ]);

  add(reason: UnknownReason, { object, outcome, size }: AuditRecord): void {
    (outcome === 'unknown' ? this.unknown : this.violating).add(size);
    const cut = cutStrings(reason);
    if (isReason(cut)) {
      this.examples.add(cut);
      const resource = resourceOf(cut);
      if (resource !== undefined) this.resources.add(resource);
    }
    const place = cutText(`s3://${object.bucket}/${object.key}`);
    if (this.objects.hasRoomFor(place)) this.objects.add(place);
  }

  merge(other: ReasonTally): void {
    this.unknown.merge(other.unknown);
    this.violating.merge(other.violating);
    this.resources.merge(other.resources);
    this.objects.merge(other.objects);
    this.examples.merge(other.examples);
  }

  /** Keeps fewer examples, one at least by which the reason can be described. */
  shorten(most: number): void {
    this.resources.trim(most);
    this.objects.trim(most);
    this.examples.trim(Math.max(1, most));
  }

  toJSON() {
    const { unknown, violating, resources, objects, examples } = this;
    return { unknown, violating, resources, objects, examples };
  }

  static from(json: ReasonJson): ReasonTally {
    const reason = new ReasonTally();
    reason.unknown.merge(Amount.from(json.unknown));
    reason.violating.merge(Amount.from(json.violating));
    reason.resources.restore(json.resources);
    reason.objects.restore(json.objects);
    reason.examples.restore(json.examples);
    return reason;
  }
}

/** What groups reasons: the code, and what decides how it is mended. */
export function reasonName(reason: UnknownReason): string {
  if (reason.code === 'ACCESS_DENIED') return jsonForm([reason.code, reason.args.permission]);
  if (reason.code === 'KEY_UNRESOLVED') return jsonForm([reason.code, reason.args.cause]);
  return jsonForm([reason.code]);
}

function resourceOf(reason: UnknownReason): string | undefined {
  switch (reason.code) {
    case 'ACCESS_DENIED':
      return reason.args.resource;
    case 'KEY_UNRESOLVED':
      return reason.args.reference;
    case 'INSTRUCTION_FILE_UNREADABLE':
    case 'INSTRUCTION_FILE_VERSION':
      return reason.args.key;
    case 'UNAVAILABLE':
      return reason.args.operation;
    default:
      return undefined;
  }
}
