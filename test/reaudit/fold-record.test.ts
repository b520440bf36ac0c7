import { describe, expect, it } from 'vitest';
import { readRecord, readRecordLine } from '../../src/reaudit/fold-record.ts';
import type { Violation } from '../../src/verdict/verdict.ts';
import { bare, DIAGNOSES, REASONS, VIOLATIONS, wrongKey } from '../alerts/records.ts';

const lapsed = (code: 'KMS_KEY_NOT_ALLOWED' | 'CSE_KEY_NOT_ALLOWED', value: unknown): Violation =>
  ({ code, args: { ...VIOLATIONS[code].args, lapsed: value } }) as Violation;

describe('a line of a run', () => {
  it.each([
    ...Object.values(VIOLATIONS),
    lapsed('KMS_KEY_NOT_ALLOWED', '2026-01-31'),
    lapsed('CSE_KEY_NOT_ALLOWED', '2026-01-31'),
  ])('with the violation $code is read as it was written', (one) => {
    const record = wrongKey(0, { violations: [one] });
    expect(readRecordLine(JSON.stringify(record))).toEqual({ kind: 'record', record });
  });

  it.each(Object.values(REASONS))('with the reason $code is read as it was written', (one) => {
    const record = bare({ outcome: 'unknown', rule: 'r', reasons: [one] });
    expect(readRecordLine(JSON.stringify(record))).toEqual({ kind: 'record', record });
  });

  it.each(Object.values(DIAGNOSES))('with the diagnosis $code is read as it was written', (one) => {
    const record = wrongKey(0, { diagnosis: [one] });
    expect(readRecordLine(JSON.stringify(record))).toEqual({ kind: 'record', record });
  });

  it('with a last day that is no text is none of ours', () => {
    const record = wrongKey(0, { violations: [lapsed('KMS_KEY_NOT_ALLOWED', 20_260_131)] });
    expect(readRecord(record).kind).not.toBe('record');
  });
});
