// For `import()`, which keeps every export: of the package itself that would be all commands of SNS.
export { SNSClient } from '@aws-sdk/client-sns';
