import { printable } from '../objects/printable.ts';
import type { ListAnswer } from './ports.ts';

/** The bucket cannot be listed; the message says why and what to do. */
export class ListingRefused extends Error {
  override readonly name = 'ListingRefused';
}

/** What lists does not list in the byte order that S3 documents, so nobody could say that every object was audited. */
export class ListingOutOfOrder extends Error {
  override readonly name = 'ListingOutOfOrder';

  constructor(what: string) {
    super(
      `the listing is not in the byte order of UTF-8 in which S3 lists, so nothing can prove that it is complete: ${printable(what)}`,
    );
  }
}

/** The run was asked to stop before its end. */
export class RunInterrupted extends Error {
  override readonly name = 'RunInterrupted';

  constructor() {
    super('interrupted before the end');
  }
}

/** The state file cannot be gone on from; the message says why and what to do. */
export class StateUnusable extends Error {
  override readonly name = 'StateUnusable';
}

/** Says of a listing that was refused what would mend it. */
export function listingRefused(
  bucket: string,
  answer: Exclude<ListAnswer, { kind: 'page' }>,
): ListingRefused {
  return new ListingRefused(printable(`s3://${bucket} cannot be listed: ${whyRefused(answer)}`));
}

function whyRefused(answer: Exclude<ListAnswer, { kind: 'page' }>): string {
  switch (answer.kind) {
    case 'no-such-bucket':
      return 'there is no such bucket. Check its name, and that --endpoint-url is the right one where it is given';
    case 'denied':
      return `access denied. The caller needs ${answer.permission} on the bucket; the bucket policy or an organisation policy may deny it too`;
    case 'wrong-region':
      return answer.region === undefined
        ? 'it is in another Region. Name its Region by --region'
        : `it is in Region ${answer.region}. Add --region ${answer.region}`;
    case 'refused':
      return `S3 answered ${answer.status} ${answer.code}: ${answer.message}`;
  }
}

/** The run stopped before its end; the message says why, what is kept, and how to go on. The cause is what stopped it. */
export class RunStopped extends Error {
  override readonly name = 'RunStopped';
}
