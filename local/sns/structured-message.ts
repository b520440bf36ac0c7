import { invalidParameter } from './errors.ts';

/** The bodies of a message with `MessageStructure` json, by protocol; values that are no text are left out, as AWS does. */
export function structuredBodies(message: string): ReadonlyMap<string, string> {
  const unreadable = invalidParameter('Message Structure - JSON message body failed to parse');
  let bodies: unknown;
  try {
    bodies = JSON.parse(message);
  } catch {
    throw unreadable;
  }
  if (typeof bodies !== 'object' || bodies === null || Array.isArray(bodies)) throw unreadable;
  const names = topLevelKeys(message);
  // JSON.parse keeps the last of two equal keys; SNS refuses the message.
  if (new Set(names).size < names.length) throw unreadable;
  const texts = Object.entries(bodies).filter(
    (entry): entry is [string, string] => typeof entry[1] === 'string',
  );
  const byProtocol = new Map(texts);
  if (!byProtocol.has('default')) {
    throw invalidParameter('Message Structure - No default entry in JSON message body');
  }
  return byProtocol;
}

const token = /"(?:[^"\\]|\\.)*"|[{}[\]:,]/gs;

/** The keys of the outermost object of a well-formed JSON text, repeated ones included. */
function topLevelKeys(json: string): string[] {
  const keys: string[] = [];
  let depth = 0;
  let last = '';
  for (const [found] of json.matchAll(token)) {
    if (found === '{' || found === '[') depth += 1;
    else if (found === '}' || found === ']') depth -= 1;
    else if (found === ':' && depth === 1) keys.push(String(JSON.parse(last)));
    last = found;
  }
  return keys;
}
