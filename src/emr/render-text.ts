/** One word of a POSIX shell that holds exactly this text. */
export const shellQuoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

const LONE_SURROGATE = /\p{Cs}/gu;
const UNSAFE = /[^A-Za-z0-9._/:@=+-]/gu;

/**
 * A prefix as it may stand in a comment: all but letters, digits and `._/:@=+-` percent-encoded. A shell without comments
 * runs what follows a `;`, and Scala reads `\u000a` in a comment as the end of the line.
 */
export const commentText = (text: string): string =>
  text.replaceAll(LONE_SURROGATE, '\uFFFD').replaceAll(UNSAFE, (found) =>
    // Of these `encodeURIComponent` leaves a few as they are.
    encodeURIComponent(found).replaceAll(
      /[!'()*~]/g,
      (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
    ),
  );

/** A setting's name as Spark takes it: Hadoop's own behind `spark.hadoop.`. */
export const sparkName = (name: string): string =>
  name.startsWith('spark.') ? name : `spark.hadoop.${name}`;
