import { type ParsedPolicy, type ParseOptions, parseWith } from './parse-document.ts';
import { readJson } from './read-json.ts';
import { LONGEST_POLICY } from './read-node.ts';

/**
 * What `parsePolicy` gives, where the text is plain JSON; `undefined` for all else. It does without the YAML parser,
 * which then need not be loaded. Throws a RangeError where `today` is no date.
 */
export function parseJsonPolicy(text: string, options: ParseOptions): ParsedPolicy | undefined {
  if (text.length > LONGEST_POLICY) return undefined;
  let plain = false;
  const parsed = parseWith(
    (policyText, log) => {
      const root = readJson(policyText, log);
      plain = root !== undefined;
      return root;
    },
    text,
    options,
  );
  return plain ? parsed : undefined;
}
