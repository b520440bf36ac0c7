/** What `--inventory`, `--metadata` or `--prices` names cannot be used as it is; the message says what to do. Nothing was read of it. */
export class SourceUnusable extends Error {
  override readonly name = 'SourceUnusable';
}

/** A file of a source turned out to be another than its manifest says, after rows of it had been read. */
export class SourceDamaged extends Error {
  override readonly name = 'SourceDamaged';
}
