import type { ExportedSession, SessionStep } from './export.ts';
import { commentText } from './render-text.ts';

/**
 * The steps of a single session as Scala for Spark: before each write, what it sets and what it takes back. The session
 * has to be started with the base settings. Lines end in a newline.
 */
export const renderSession = ({ steps }: Pick<ExportedSession, 'steps'>): string =>
  steps.map((step) => `${stepLines(step).join('\n')}\n`).join('\n');

const CONFIGURATION = 'spark.sparkContext.hadoopConfiguration';

const stepLines = ({ prefix, rule, set, unset }: SessionStep): readonly string[] => [
  `// before ${commentText(prefix)} (rule ${commentText(rule)})`,
  ...unset.map((name) => `${CONFIGURATION}.unset(${literal(name)})`),
  ...set.map(([name, value]) => `${CONFIGURATION}.set(${literal(name)}, ${literal(value)})`),
];

/** Names and values are those of key references and of Hadoop, in which JSON's escapes are Scala's. */
const literal = (text: string): string => JSON.stringify(text);
