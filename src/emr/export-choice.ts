import type { ClientEncryption } from './client-encryption.ts';
import type { EmrProblemId } from './problem.ts';

/** Something to say of a choice that stands: a problem of its own, whose place is the write. */
export interface Remark {
  readonly id: EmrProblemId;
  readonly message: string;
}

/** How one layer is to be encrypted, or every reason why nothing can be chosen. */
export type Choice =
  | {
      readonly kind: 'chosen';
      readonly encryption: ClientEncryption;
      readonly notes: readonly string[];
      readonly remarks: readonly Remark[];
    }
  | { readonly kind: 'none'; readonly reasons: readonly string[] };

/** Nothing is to be set: the writer asks for no encryption of its own. */
export const NOTHING_CHOSEN: Choice = {
  kind: 'chosen',
  encryption: { type: 'unstated' },
  notes: [],
  remarks: [],
};
