/** What an SQS event source mapping makes of a function's answer with ReportBatchItemFailures. Pure. */

/** The message ids that failed; `all` when the answer makes the whole batch a failure. */
export function failedMessageIds(
  payload: unknown,
  batchIds: ReadonlySet<string>,
): ReadonlySet<string> | 'all' {
  // Nothing returned counts as success of the whole batch, a trap that AWS documents.
  if (payload === null || payload === undefined || payload === '') return new Set();
  if (!isRecord(payload)) return 'all';
  if (Object.keys(payload).length === 0) return new Set();
  if (!Object.hasOwn(payload, 'batchItemFailures')) return 'all';
  const failures = payload.batchItemFailures;
  if (failures === null) return new Set();
  if (!Array.isArray(failures)) return 'all';
  const ids = new Set<string>();
  for (const failure of failures) {
    const id: unknown = isRecord(failure) ? failure.itemIdentifier : undefined;
    if (typeof id !== 'string' || !batchIds.has(id)) return 'all';
    ids.add(id);
  }
  return ids;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
