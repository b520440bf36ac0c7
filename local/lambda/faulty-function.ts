import type { LocalFunction } from './function.ts';

export interface FunctionFaults {
  /** Of the invocations: refused for want of concurrency, without the function being called. */
  readonly throttled: number;
  /** Of the invocations: the function does all it is asked to, and its answer is lost. */
  readonly lostAnswer: number;
}

type Invoked = Pick<LocalFunction, 'invoke' | 'timeoutSeconds'>;

export interface FaultyFunction extends Invoked {
  readonly counts: Readonly<Record<keyof FunctionFaults, number>>;
}

/** A function as its callers see it on a bad day. `draw` gives numbers from 0 up to 1, by a seed. */
export function faultyFunction(
  { invoke, timeoutSeconds }: Invoked,
  rates: () => FunctionFaults,
  draw: () => number,
): FaultyFunction {
  const counts = { throttled: 0, lostAnswer: 0 };
  return {
    timeoutSeconds,
    counts,
    invoke: async (event) => {
      const [throttled, lost] = [draw() < rates().throttled, draw() < rates().lostAnswer];
      if (throttled) {
        counts.throttled += 1;
        throw new Error('TooManyRequestsException: Rate Exceeded.');
      }
      const result = await invoke(event);
      if (!lost) return result;
      counts.lostAnswer += 1;
      throw new Error('ServiceException: the answer was lost');
    },
  };
}
