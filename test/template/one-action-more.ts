import { evaluate } from './evaluate.ts';
import { allowedIn, grantsOf, withOneActionMore } from './grants.ts';
import { ALL_ON, deploy, REQUIRED, template } from './stack.ts';

export interface OneActionMore {
  /** Where the statement stands in the template. */
  readonly path: readonly string[];
  /** Whether the role's grants stay the same: with the policy in S3, and with it in the Parameter Store. */
  readonly same: readonly boolean[];
}

/** What one action more in each single statement of a role does to its grants, with every switch on. */
export const oneActionMore = (role: string, action?: string): readonly OneActionMore[] =>
  allowedIn(template.Resources, [role, 'Properties', 'Policies']).map((path) => {
    const changed = withOneActionMore(path, action);
    const same = ['s3://acme-config/policy.yaml', 'ssm:policy'].map((Policy) => {
      const given = { ...REQUIRED, ...ALL_ON, Policy };
      const [before, after] = [deploy(given), evaluate(changed, given)].map((stack) => grantsOf(stack, role));
      return JSON.stringify(before) === JSON.stringify(after);
    });
    return { path, same };
  });
