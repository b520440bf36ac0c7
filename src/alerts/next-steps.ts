import { parseKeyReference } from '../keys/reference.ts';
import type { Captures } from '../policy/types.ts';
import { remediesFor } from '../verdict/remedy.ts';
import type { Diagnosis, UnknownReason, Violation } from '../verdict/verdict.ts';
import type { NextSteps } from './digest.ts';
import type { AlertingOutcome, Kept } from './group.ts';
import { cutText } from './json-form.ts';
import type { Listed } from './listed.ts';
import { auditCommand, headObjectCommand, rekeyCommand } from './shell.ts';

export interface Situation {
  readonly outcome: AlertingOutcome;
  readonly bucket: string;
  readonly firstKey: string;
  readonly lastKey: string;
  readonly kept: readonly Kept[];
  readonly diagnosis: readonly Diagnosis[];
  readonly captures: Listed<Captures>;
  /** How many records there are, kept or not. */
  readonly count: number;
  readonly policySource: string;
}

/** What to do about one cause, with the commands to check, to mend and to audit again. */
export function nextSteps(situation: Situation): NextSteps {
  const { outcome, kept, diagnosis } = situation;
  const violations: Violation[] = [];
  const reasons: UnknownReason[] = [];
  for (const { sample } of kept) {
    violations.push(...(sample.violations ?? []));
    reasons.push(...(sample.reasons ?? []));
  }
  const found = kept.flatMap(({ sample }) => sample.observed ?? []);
  const more = mayAskForOtherKeys(situation);
  const steps = remediesFor({ outcome, violations, reasons, diagnosis, found, more });
  const check = firstWhole(kept.map((one) => () => headObjectCommand(one.object)));
  const mend = firstWhole(kept.map((one) => () => mendCommand(one)));
  const reaudit = reauditCommand(situation);
  return {
    // Settings hold our own words and key ARNs alone, at most three columns with each remedy: nothing there is long.
    steps: steps.map((step) => ({ ...step, text: cutText(step.text) })),
    ...(check === undefined ? {} : { check }),
    ...(mend === undefined ? {} : { mend }),
    ...(reaudit === undefined ? {} : { reaudit }),
  };
}

/** One rule with the same captures asks for the same keys, however many records there are. */
const mayAskForOtherKeys = ({ kept, count, captures }: Situation): boolean =>
  kept.length < count && (captures.items.length > 1 || captures.more === true);

/** A command that was cut would name another object: the first that fits whole, or none. */
function firstWhole(commands: readonly (() => string | undefined)[]): string | undefined {
  for (const make of commands) {
    const command = make();
    if (command !== undefined && cutText(command) === command) return command;
  }
  return undefined;
}

/** Only for an object under SSE-KMS whose key alone is wrong, and where the policy leaves one key to choose. */
function mendCommand({ object, sample }: Kept): string | undefined {
  const sse = sample.observed?.sse;
  if (sse?.type !== 'sse-kms') return undefined;
  const allowed = new Set<string>();
  let bucketKey = sse.bucketKey === true;
  for (const violation of sample.violations ?? []) {
    if (violation.code === 'KMS_KEY_NOT_ALLOWED') {
      if (violation.args.lapsed !== undefined) return undefined;
      for (const key of violation.args.allowed) allowed.add(key);
    } else if (violation.code === 'BUCKET_KEY_NOT_AS_REQUIRED') {
      bucketKey = violation.args.required === 'required';
    } else {
      // Re-keying mends nothing else, and may not even be possible, for example under a disabled key.
      return undefined;
    }
  }
  const [key, ...others] = allowed;
  if (key === undefined || others.length > 0 || parseKeyReference(key)?.kind !== 'key-arn') return undefined;
  return rekeyCommand(object, key, bucketKey);
}

/** The prefix that all keys share, up to a slash; a shorter one where the command would have to be cut. */
function reauditCommand({ bucket, firstKey, lastKey, policySource }: Situation): string | undefined {
  // Keys between the first and the last in byte order begin with what these two begin with.
  let shared = 0;
  while (shared < firstKey.length && firstKey[shared] === lastKey[shared]) shared++;
  let prefix = upToSlash(firstKey.slice(0, shared));
  for (;;) {
    const command = auditCommand(bucket, prefix, policySource);
    if (command !== undefined && cutText(command) === command) return command;
    if (prefix === '') return undefined;
    prefix = upToSlash(prefix.slice(0, -1));
  }
}

const upToSlash = (text: string): string => text.slice(0, text.lastIndexOf('/') + 1);
