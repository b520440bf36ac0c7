import type { Difference, Exceptions } from '../contract/claim.ts';
import { DIFFERENCES, type Suite } from './differences.ts';
import type { EndpointName } from './endpoint.ts';
import { UNASKED, UNASKED_EVERYWHERE } from './unasked.ts';

/** What the SDK itself loses, on any endpoint that keeps it. */
const OF_ADAPTERS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  S3ObjectHeads: {
    'the name __proto__ is a name like any other': 'the SDK loses it while it builds its plain object',
  },
};

/** The exceptions of one suite on one endpoint. */
export function exceptionsOf(endpoint: EndpointName, suite: Suite, adapter = ''): Exceptions {
  const listed = DIFFERENCES[endpoint].filter((one) => one.suite === suite);
  const unasked = [...UNASKED_EVERYWHERE, ...UNASKED[endpoint]].filter((one) => one.suite === suite);
  const differs = listed.flatMap(({ claims, instead, shows }) =>
    claims.map((title): [string, Difference] => [title, { why: `${endpoint} ${instead}`, shows }]),
  );
  return {
    differs: { ...OF_ADAPTERS[adapter], ...Object.fromEntries(differs) },
    unasked: Object.fromEntries(unasked.flatMap(({ claims, why }) => claims.map((title) => [title, why]))),
  };
}
