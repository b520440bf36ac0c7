import { inspect } from 'node:util';
import { expect, it } from 'vitest';

/** How something differs from a claim of a contract. */
export interface Difference {
  /** What it does instead, or why. */
  readonly why: string;
  /** Text of the failure that the claim then ends in, so that no other failure hides behind the difference. */
  readonly shows?: string;
}

/** What a contract's suite asks otherwise of one adapter, each by the title of its claim. */
export interface Exceptions {
  readonly differs?: Readonly<Record<string, string | Difference>>;
  /** Not asked, each with why: what the claim begins with cannot be brought about. */
  readonly unasked?: Readonly<Record<string, string>>;
}

export interface Claims {
  /** A test of that title; where it is listed as differing, a test that it still does, and as it did. */
  readonly claim: (title: string, check: () => Promise<void>) => void;
  /** To be called once, inside the suite: a test that every exception names a claim. */
  readonly allNamed: () => void;
}

export function claims({ differs = {}, unasked = {} }: Exceptions): Claims {
  const known = new Set<string>();
  return {
    claim: (title, check) => {
      known.add(title);
      if (Object.hasOwn(unasked, title)) return;
      const difference = differs[title];
      if (difference === undefined) {
        it(title, check);
        return;
      }
      const { why, shows = '' } = typeof difference === 'string' ? { why: difference } : difference;
      it(`does not hold here, because ${why}: ${title}`, () => stillDiffers(check, shows));
    },
    allNamed: () => {
      it('every exception names a claim', () => {
        const named = [...Object.keys(differs), ...Object.keys(unasked)];
        expect(named.filter((title) => !known.has(title))).toEqual([]);
      });
    },
  };
}

async function stillDiffers(check: () => Promise<void>, shows: string): Promise<void> {
  const failure = await check().then(
    () => undefined,
    (error: unknown) => textOf(error),
  );
  if (failure === undefined) throw new Error('it holds now: take it off the list of differences');
  if (!failure.includes(shows)) {
    throw new Error(`it differs otherwise than by ${JSON.stringify(shows)}:\n${failure}`);
  }
}

/** What an assertion found in full: its message leaves most of it out. */
function textOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const said = `${error.name}: ${error.message}`;
  return 'actual' in error ? `${said}\n${inspect(error.actual, { depth: 9 })}` : said;
}
