import type { Json } from '../template/parse.ts';
import type { Ended } from './execution.ts';
import { BUCKET, World } from './world.ts';

/** A world whose bucket holds nine objects: compliant, in violation, uncovered and exempt ones. */
export async function worldOfNine(): Promise<World> {
  const world = await World.start();
  for (const key of ['a/', 'a/1', 'a/2 b+c', 'a/é/3', 'a/tmp/4', 'b/1', 'b/2', 'b/3', 'c/1'])
    await world.put(BUCKET, key);
  return world;
}

/** The input of a run over the nine, and what it records and alerts. */
export const WHOLE = { bucket: BUCKET, prefix: '' };
export const ALL = [
  'compliant a/',
  'compliant a/1',
  'compliant a/2 b+c',
  'compliant a/é/3',
  'exempt a/tmp/4',
  'uncovered c/1',
  'violation b/1',
  'violation b/2',
  'violation b/3',
];
export const CAUSES = ['run: uncovered UNCOVERED 1', 'run: violation SSE_ALGORITHM_NOT_ALLOWED 3'];

/** Leaves the next test neither what this one did to invocations nor its digests. */
export async function forget(world: World): Promise<void> {
  world.beforeInvoke = () => {};
  await world.digests();
}

/** The output of an execution; throws where it failed. */
export function output(ended: Ended): Json {
  if (ended.status === 'FAILED') throw new Error(`${ended.error}: ${ended.cause}`);
  return ended.output;
}
