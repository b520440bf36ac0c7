import { styleText } from 'node:util';
import { placeText } from '../emr/place-text.ts';
import type { EmrProblem } from '../emr/problem.ts';
import { printable } from '../objects/printable.ts';
import type { CliIo } from './io.ts';

const STYLES = { error: 'red', warning: 'yellow', note: 'dim' } as const;

/** Problems of EMR, Spark and Hadoop configuration as text for people: place, level, sentence and id, each told once. */
export function renderEmrProblems(
  problems: readonly EmrProblem[],
  { color }: { readonly color: boolean },
): string {
  const lines = problems.map(({ id, level, place, message }) => {
    const word = level === 'error' ? '' : `${level}: `;
    const shown = color && word !== '' ? styleText(STYLES[level], word, { validateStream: false }) : word;
    return `${placeText(place)}: ${shown}${printable(message)} [${id}]\n`;
  });
  return [...new Set(lines)].join('');
}

/** Tells them to people: without colour where standard error is no terminal, as in `2> file`. */
export const tellEmrProblems = (problems: readonly EmrProblem[], io: CliIo): void => {
  io.stderr.write(renderEmrProblems(problems, { color: io.color && io.stderr.isTTY === true }));
};
