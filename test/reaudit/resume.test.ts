import { describe, expect, it } from 'vitest';
import { StateUnusable } from '../../src/reaudit/run-errors.ts';
import { Killed, MemoryFiles } from './memory-files.ts';
import { chance, MemoryLister } from './memory-lister.ts';
import { A, B, lake } from './run-objects.ts';
import { type Ending, OUTPUT, type Sitting, STATE, sit } from './run-world.ts';

const PAGE = 4;

/** A sitting over the small bucket, with pages and turns by chance from a seed. */
function sitting(files: MemoryFiles, seed: number): Sitting {
  const { bed, entries } = lake();
  const random = chance(seed);
  return { bed, files, random, lister: new MemoryLister(entries, { page: PAGE, random }) };
}

const whole = async (): Promise<Ending> => sit(sitting(new MemoryFiles(), 1));
const apartFromRetries = ({ retries: _, ...ending }: Ending) => ending;

/** Sits until the files are killed at a step, or to the end. */
async function sitUntilKilled(files: MemoryFiles, seed: number, step: number): Promise<'killed' | Ending> {
  files.killAfter(step);
  try {
    return await sit(sitting(files, seed));
  } catch (error) {
    if (error instanceof Killed) return 'killed';
    throw error;
  }
}

describe('a run that is killed', () => {
  it.each(['kill', 'power'] as const)(
    'by a %s at any step of its files ends, gone on with, as one that was not',
    async (cut) => {
      const expected = apartFromRetries(await whole());
      expect(expected.counts).toMatchObject({ violation: 4, uncovered: 2, gone: 1, exempt: 1 });
      let killed = 0;
      for (let step = 1; ; step++) {
        const files = new MemoryFiles();
        if ((await sitUntilKilled(files, step, step)) !== 'killed') break;
        killed += 1;
        files.revive(cut);
        expect(apartFromRetries(await sit(sitting(files, step + 1)))).toEqual(expected);
      }
      expect(killed).toBeGreaterThan(40);
    },
  );

  it('again and again, after every few steps, still ends as one that was not', async () => {
    const expected = apartFromRetries(await whole());
    for (const every of [9, 11, 14, 19]) {
      const files = new MemoryFiles();
      const random = chance(every);
      let ending: 'killed' | Ending = 'killed';
      let sittings = 0;
      while (ending === 'killed') {
        sittings += 1;
        expect(sittings).toBeLessThan(200);
        ending = await sitUntilKilled(files, sittings, every + Math.floor(random() * 4));
        files.revive(random() < 0.5 ? 'kill' : 'power');
      }
      expect(apartFromRetries(ending)).toEqual(expected);
      expect(sittings).toBeGreaterThan(2);
    }
  });

  it('keeps the aliases as they were when it began, though they point elsewhere by the time it goes on', async () => {
    const expected = await whole();
    const files = new MemoryFiles();
    // Late enough that both aliases have been asked for and kept.
    expect(await sitUntilKilled(files, 1, 45)).toBe('killed');
    files.revive('kill');
    expect(files.text(STATE)).toContain('alias/tenant-b');
    const later = sitting(files, 2);
    later.bed.keys.point('alias/tenant-a', B).point('alias/tenant-b', A);
    expect(apartFromRetries(await sit(later))).toEqual(apartFromRetries(expected));
  });

  it('goes on from a state that was written anew because it had grown', async () => {
    const files = new MemoryFiles();
    const { entries, bed } = lake();
    const long = 'x'.repeat(900);
    const many = Array.from({ length: 900 }, (_, i) => ({
      key: `other/${String(i).padStart(5, '0')}${long}`,
    }));
    const lister = new MemoryLister([...entries.filter(({ key }) => !key.startsWith('other/')), ...many], {
      page: 1,
    });
    await sit({ bed, files, lister });
    expect(files.text(STATE).split('\n')).toHaveLength(3);
    const again = await sit({ bed, files, lister });
    expect(again.state).toMatchObject({ ignored: 900 });
  });

  it('that had come to its end is not audited again, and comes to the same', async () => {
    const files = new MemoryFiles();
    const ended = await sit(sitting(files, 1));
    const again = sitting(files, 2);
    expect(await sit(again)).toEqual(ended);
    expect(again.bed.heads.asked).toEqual([]);
  });
});

describe('files that do not belong together', () => {
  it('are refused where records are missing that the state counts on', async () => {
    const files = new MemoryFiles();
    await sit(sitting(files, 1));
    files.put(OUTPUT, files.text(OUTPUT).slice(0, -1));
    await expect(sit(sitting(files, 2))).rejects.toThrow(/does not belong to \/records.ndjson/);
  });

  it('are refused where a record is damaged', async () => {
    const files = new MemoryFiles();
    await sit(sitting(files, 1));
    files.put(OUTPUT, files.text(OUTPUT).replace('"outcome":', '"outcime":'));
    await expect(sit(sitting(files, 2))).rejects.toThrow(StateUnusable);
  });
});
