import { assertNever } from '../objects/assert-never.ts';
import type { ObjectRef } from '../objects/object.ts';
import { type MissingPermission, permissionToHead } from '../objects/permission.ts';
import type { UnknownReason } from '../verdict/verdict.ts';
import { explainBadRequest } from './bad-request.ts';
import type { HeadAnswer, ObjectHeads } from './ports.ts';

/** What is known of an object that HEAD did not show. */
export type Unseen =
  | { readonly kind: 'absent' }
  /** It is there, and hidden. */
  | { readonly kind: 'sse-c' }
  | { readonly kind: 'unknown'; readonly reason: UnknownReason };

type Refusal = Exclude<HeadAnswer, { kind: 'found' }>;

/** What a HEAD says that showed no object; a 400 is asked after once more. Throws as `ObjectHeads` and `explainBadRequest` do. */
export async function explainUnseen(
  answer: Refusal,
  object: ObjectRef & { readonly region?: string },
  heads: ObjectHeads,
): Promise<Unseen> {
  switch (answer.kind) {
    case 'not-found':
      return { kind: 'absent' };
    case 'method-not-allowed':
      if (object.versionId !== undefined) return { kind: 'absent' };
      return unknown({ code: 'BAD_REQUEST', args: { status: 405 } });
    case 'denied':
      return unknown(accessDenied(permissionToHead(object)));
    case 'bad-request': {
      const why = explainBadRequest(await heads.errorDocument(object));
      return why === 'sse-c' ? { kind: 'sse-c' } : unknown(why);
    }
    case 'wrong-region':
      return unknown({ code: 'BUCKET_UNREACHABLE', args: regionArgs(answer.region) });
    case 'unexpected':
      return unknown({ code: 'BAD_REQUEST', args: { status: answer.status } });
    default:
      return assertNever(answer);
  }
}

const unknown = (reason: UnknownReason): Unseen => ({ kind: 'unknown', reason });

const regionArgs = (region: string | undefined) => (region === undefined ? {} : { region });

/** Without s3:ListBucket a missing object is a 403 too, so the digest's advice names both. */
export const accessDenied = (args: MissingPermission): UnknownReason => ({ code: 'ACCESS_DENIED', args });
