import { type ParsedPolicy, type ParseOptions, parseWith } from './parse-document.ts';
import { readYaml } from './read-yaml.ts';

/**
 * Takes the text of a policy file, YAML or JSON, and today's date in UTC (YYYY-MM-DD). Gives every problem in source
 * order, and the policy exactly when none of them is an error. Places are those of the text without byte order mark.
 * Throws a RangeError where `today` is no date, and never because of the text.
 */
export const parsePolicy = (text: string, options: ParseOptions): ParsedPolicy =>
  parseWith(readYaml, text, options);
