import { isObject, type Json, type JsonObject } from '../template/parse.ts';
import { at, list } from '../template/stack.ts';
import { definition, state } from './definition.ts';
import { evaluate, plain, StateError } from './expressions.ts';
import { bounded, type MapOptions, MapRun } from './map-run.ts';

export interface ExecutionOptions extends Omit<MapOptions, 'child'> {
  readonly name: string;
  /** Invokes a function by its ARN, as Lambda would: what it throws has the error's name. */
  readonly invoke: (functionArn: string, payload: Json) => Promise<Json>;
  readonly given?: Readonly<Record<string, string>>;
}

export type Ended =
  | { readonly status: 'SUCCEEDED'; readonly output: Json; readonly visited: readonly string[] }
  | {
      readonly status: 'FAILED';
      readonly error: string;
      readonly cause: string;
      readonly visited: readonly string[];
    };

/** One execution of the state machine, with as much of Step Functions as its definition uses. */
export class Execution {
  readonly #machine: JsonObject;
  readonly #options: ExecutionOptions;
  readonly #context: Json;
  readonly #maps = new Map<string, MapRun>();
  #at: string;
  #input: Json;

  constructor(input: Json, options: ExecutionOptions) {
    this.#machine = definition(options.given);
    this.#options = options;
    this.#context = { Execution: { Name: options.name, StartTime: '2026-11-21T02:00:00.000Z' } };
    this.#at = String(at(this.#machine, 'StartAt'));
    this.#input = input;
  }

  /** Runs to the end; called again on a failed one it is a redrive, which begins with the state that failed. */
  async run(): Promise<Ended> {
    const visited: string[] = [];
    try {
      for (;;) {
        visited.push(this.#at);
        const current = state(this.#machine, this.#at);
        if (current.Type === 'Succeed') return { status: 'SUCCEEDED', output: this.#input, visited };
        const { output, next } = await this.#step(current, this.#at);
        this.#input = bounded(output);
        this.#at = next;
      }
    } catch (error) {
      if (!(error instanceof StateError)) throw error;
      return { status: 'FAILED', error: error.name, cause: error.message, visited };
    }
  }

  /** How the children of a map stand. */
  children(map: string): readonly string[] {
    return this.#maps.get(map)?.statuses ?? [];
  }

  async #step(current: JsonObject, name: string): Promise<{ readonly output: Json; readonly next: string }> {
    const next = String(current.Next ?? '');
    const evaluated = (template: Json | undefined, result?: Json) =>
      evaluate(template ?? this.#input, {
        input: this.#input,
        context: this.#context,
        ...(result === undefined ? {} : { result }),
      });
    switch (current.Type) {
      case 'Pass':
        return { output: await evaluated(current.Output), next };
      case 'Choice':
        for (const choice of list(current.Choices))
          if ((await evaluated(at(choice, 'Condition'))) === true)
            return { output: this.#input, next: String(at(choice, 'Next')) };
        return { output: this.#input, next: String(current.Default) };
      case 'Task':
        return { output: await this.#task(current, this.#input), next };
      case 'Map':
        return { output: await evaluated(current.Output, await this.#map(current, name)), next };
      case 'Fail':
        throw new StateError(String(await evaluated(current.Error)), String(await evaluated(current.Cause)));
      default:
        throw new Error(`a state of type ${String(current.Type)} is not known here`);
    }
  }

  #map(current: JsonObject, name: string): Promise<Json> {
    let run = this.#maps.get(name);
    if (run === undefined) {
      const processor = at(current, 'ItemProcessor');
      const task = at(processor, 'States', String(at(processor, 'StartAt')));
      if (!isObject(task) || task.Type !== 'Task' || task.End !== true)
        throw new Error('a child is one task here');
      const child = (input: Json): Promise<Json> => this.#task(task, input);
      run = new MapRun(current, { input: this.#input, context: this.#context }, { ...this.#options, child });
      this.#maps.set(name, run);
    }
    return run.drive();
  }

  /** Invokes a function, again as often as the state's Retry allows; waits are left out. */
  async #task(task: JsonObject, input: Json): Promise<Json> {
    const states = { input, context: this.#context };
    const retried = new Map<Json, number>();
    for (;;) {
      try {
        const call = await evaluate(task.Arguments ?? {}, states);
        const Payload = await this.#options.invoke(
          String(at(call, 'FunctionName')),
          plain(at(call, 'Payload')),
        );
        return bounded(
          await evaluate(task.Output ?? null, { ...states, result: plain({ Payload, StatusCode: 200 }) }),
        );
      } catch (error) {
        if (!(error instanceof Error)) throw error;
        const retrier = list(task.Retry).find((one) => list(at(one, 'ErrorEquals')).includes(error.name));
        const attempts = retrier === undefined ? 0 : (retried.get(retrier) ?? 0);
        if (retrier === undefined || attempts >= Number(at(retrier, 'MaxAttempts')))
          throw new StateError(error.name, error.message);
        retried.set(retrier, attempts + 1);
      }
    }
  }
}
