import { Socket } from 'node:net';
import { type Progress, Speedometer } from '../reaudit/progress.ts';
import type { CliIo } from './io.ts';

/** Often enough to look alive. */
const EVERY_MS = 250;
const CLEAR = '\r\u001b[2K';

/** The live line of a run, for example `12,000 audited of 40,000 listed · 2,100/s · 3 violations · 12 s left`. */
export function progressLine(progress: Progress, meter: Speedometer, nowMs: number): string {
  const { perSecond, leftSeconds } = meter.read(progress, nowMs);
  const { audited, listed, listingEnded, violations, unknown, retries } = progress;
  return [
    `${number(audited)} audited of ${number(listed)} listed${listingEnded ? '' : ' so far'}`,
    `${number(Math.round(perSecond))}/s`,
    `${number(violations)} violation${violations === 1 ? '' : 's'}`,
    ...(unknown > 0 ? [`${number(unknown)} unknown`] : []),
    ...(retries > 0 ? [`${number(retries)} retr${retries === 1 ? 'y' : 'ies'}`] : []),
    ...(leftSeconds === undefined ? [] : [`${duration(leftSeconds)} left`]),
  ].join(' · ');
}

const number = (count: number): string => count.toLocaleString('en-US');

/** For example `45 s`, `12 min`, `3 h 20 min`. */
export function duration(seconds: number): string {
  const whole = Math.ceil(seconds);
  if (whole < 120) return `${whole} s`;
  const minutes = Math.ceil(whole / 60);
  if (minutes < 120) return `${minutes} min`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/**
 * Shows the progress of a run on standard error until it is stopped, where that is a terminal. Nothing where the records
 * go into a pipe: what reads them there most often shows them on the same terminal.
 */
export function showProgress(progress: Progress, io: CliIo): () => void {
  const intoPipe = !io.terminal && io.stdout instanceof Socket;
  if (io.stderr.isTTY !== true || intoPipe) return () => {};
  const meter = new Speedometer();
  const draw = (): void => {
    const line = progressLine(progress, meter, io.now());
    // A line that wraps could not be cleared again. A terminal that does not know its width says 0.
    const { columns = 0 } = io.stderr;
    const width = columns > 1 ? columns - 1 : 79;
    io.stderr.write(`${CLEAR}${line.slice(0, width)}`);
  };
  draw();
  const timer = setInterval(draw, EVERY_MS);
  return () => {
    clearInterval(timer);
    io.stderr.write(CLEAR);
  };
}
