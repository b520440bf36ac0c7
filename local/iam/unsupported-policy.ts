/** A policy that says something the local IAM does not decide on: it is refused whole, for nothing may be allowed by oversight. */
export class UnsupportedPolicy extends Error {
  override readonly name = 'UnsupportedPolicy';
}
