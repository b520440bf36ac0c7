/** The part of the mutation testing report schema that is read: https://github.com/stryker-mutator/mutation-testing-elements */
export interface Mutants {
  readonly files: Readonly<Record<string, { readonly mutants: readonly { readonly status: string }[] }>>;
}

/** How one folder's tests did. A mutant that makes a test run out of time is found. */
export interface FolderScore {
  readonly folder: string;
  readonly killed: number;
  readonly timedOut: number;
  readonly survived: number;
  readonly notCovered: number;
  /** Not tried: what is evaluated once, when its file is loaded, and mutants that do not compile. Not counted among all. */
  readonly notTried: number;
  readonly at?: string;
}

/** Counts the mutants of each folder of `src`, in the order of their names. */
export function scoresOf(report: Mutants): readonly FolderScore[] {
  const files = Object.entries(report.files);
  const folders = Map.groupBy(files, ([path]) => path.split('/')[1] ?? path);
  return [...folders]
    .map(([folder, inside]) => {
      const statuses = inside.flatMap(([, { mutants }]) => mutants.map(({ status }) => status));
      const count = (wanted: string): number => statuses.filter((status) => status === wanted).length;
      return {
        folder,
        killed: count('Killed'),
        timedOut: count('Timeout'),
        survived: count('Survived'),
        notCovered: count('NoCoverage'),
        notTried: count('Ignored') + count('CompileError') + count('RuntimeError'),
      };
    })
    .toSorted((a, b) => (a.folder < b.folder ? -1 : 1));
}

/** Found mutants of all that were tried, in percent; `undefined` where there were none. */
export function percentFound({ killed, timedOut, survived, notCovered }: FolderScore): number | undefined {
  const all = killed + timedOut + survived + notCovered;
  return all === 0 ? undefined : (100 * (killed + timedOut)) / all;
}
