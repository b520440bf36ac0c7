declare module 'asl-validator' {
  /** It ships no declarations of its own. */
  export default function validate(definition: object): {
    readonly isValid: boolean;
    readonly errors: readonly unknown[];
  };
}
