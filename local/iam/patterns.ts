const ARN_PARTS = 6;

/** Whether a text fits a pattern of IAM: `*` is any run of characters, `?` is one. Linear but for its stars, without a regular expression. */
export function textMatches(pattern: string, text: string): boolean {
  let at = 0;
  let star = -1;
  let resume = 0;
  let place = 0;
  while (place < text.length) {
    const wanted = pattern[at];
    if (wanted === '*') {
      star = at;
      resume = place;
      at += 1;
    } else if (wanted === '?' || (wanted !== undefined && wanted === text[place])) {
      at += 1;
      place += 1;
    } else if (star !== -1) {
      at = star + 1;
      resume += 1;
      place = resume;
    } else return false;
  }
  return [...pattern.slice(at)].every((rest) => rest === '*');
}

/** Actions are compared without regard to case. */
export const actionMatches = (pattern: string, action: string): boolean =>
  textMatches(pattern.toLowerCase(), action.toLowerCase());

/**
 * Whether a resource's ARN fits: part by part, so that a wildcard never reaches over a colon of the first five.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html
 */
export function resourceMatches(pattern: string, resource: string): boolean {
  if (pattern === '*' || resource === '*') return pattern === '*';
  const wanted = arnParts(pattern);
  const found = arnParts(resource);
  if (wanted.length !== ARN_PARTS || found.length !== ARN_PARTS) return false;
  return wanted.every((part, index) => textMatches(part, found[index] ?? ''));
}

/** The six parts of an ARN; the last may hold colons. */
function arnParts(arn: string): readonly string[] {
  const parts = arn.split(':');
  return [
    ...parts.slice(0, ARN_PARTS - 1),
    ...(parts.length < ARN_PARTS ? [] : [parts.slice(ARN_PARTS - 1).join(':')]),
  ];
}
