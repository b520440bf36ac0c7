// For `import()`, which keeps every export: of the package itself that would be all commands of S3.
export { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
