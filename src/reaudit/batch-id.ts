import { createHash } from 'node:crypto';
import type { ReauditBatch } from './batch-ports.ts';

/** Names a batch by its items, so that a second try of it writes where the first did and is counted once. */
export const batchId = ({ identity }: Pick<ReauditBatch, 'identity'>): string =>
  createHash('sha256').update(identity).digest('hex').slice(0, 32);
