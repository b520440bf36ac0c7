// For `import()`, which keeps every export: of the package itself that would be all commands of SSM.
export { GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
