// For `import()`, which keeps every export: of the package itself that would be all commands of KMS.
export { KMSClient } from '@aws-sdk/client-kms';
