import type { S3Client } from '@aws-sdk/client-s3';
import type { SSMClient } from '@aws-sdk/client-ssm';
import { CallerRefused, PolicyUnusable } from '../audit/failures.ts';
import { boundedBody } from './bounded-body.ts';
import { asFailure, failureText, sdkFailure } from './failure.ts';

/** A policy file is text that people write: anything larger than this is a mistake. */
export const MOST_POLICY_BYTES = 16 * 1024 * 1024;

/** The byte order mark is the parser's to leave out. */
const UTF_8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Reads a policy from S3. Throws `PolicyUnusable` that names the permission where it was denied. */
export async function readPolicyFromS3(client: S3Client, bucket: string, key: string): Promise<string> {
  const place = `s3://${bucket}/${key}`;
  const { GetObjectCommand } = await import('./s3-client.ts');
  try {
    const { Body, ContentLength } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
    if ((ContentLength ?? 0) > MOST_POLICY_BYTES) {
      // Unread, it would hold its connection and so the process.
      if (Body !== undefined && 'destroy' in Body) Body.destroy();
      throw new PolicyUnusable(
        `${place} has ${ContentLength} bytes: a policy has at most ${MOST_POLICY_BYTES}`,
      );
    }
    return await boundedPolicyText(place, Body);
  } catch (error) {
    if (error instanceof PolicyUnusable) throw error;
    const permission = `s3:GetObject on it (and kms:Decrypt on its key, where it has one)`;
    throw unreadable(place, permission, error);
  }
}

/** The text of a policy that is read piece by piece. Throws `PolicyUnusable` where it is too long or not UTF-8. */
export async function boundedPolicyText(place: string, body: unknown): Promise<string> {
  const bytes = await boundedBody(body, MOST_POLICY_BYTES);
  if (bytes === undefined) {
    throw new PolicyUnusable(
      `${place} has more than ${MOST_POLICY_BYTES} bytes, which is the most that a policy has`,
    );
  }
  try {
    return UTF_8.decode(bytes);
  } catch {
    throw new PolicyUnusable(
      `${place} is not UTF-8, so that a prefix in it would become another: save it as UTF-8`,
    );
  }
}

/** Reads a policy from an SSM parameter. Throws `PolicyUnusable` that names the permission where it was denied. */
export async function readPolicyFromSsm(client: SSMClient, name: string): Promise<string> {
  const { GetParameterCommand } = await import('./ssm-client.ts');
  try {
    const { Parameter } = await client.send(new GetParameterCommand({ Name: name, WithDecryption: true }));
    return Parameter?.Value ?? '';
  } catch (error) {
    const permission = 'ssm:GetParameter on it (and kms:Decrypt on its key, where it is a SecureString)';
    throw unreadable(`the SSM parameter ${name}`, permission, error);
  }
}

/** The cause is what the error means: nothing is wrong with the policy's name where AWS refused or did not answer. */
function unreadable(place: string, permission: string, error: unknown): PolicyUnusable {
  const failure = sdkFailure(error);
  const { name, message, status, headers } = failure;
  const cause = status === 404 || NO_SUCH.has(name) ? error : asFailure('reading the policy', error);
  return new PolicyUnusable(`${place} could not be read: ${why()}`, { cause });

  function why(): string {
    if (cause instanceof CallerRefused) return cause.message;
    if (status === undefined) return failureText(failure);
    if (status === 403 || name.includes('AccessDenied')) return `access denied: the role needs ${permission}`;
    const region = headers['x-amz-bucket-region'];
    const elsewhere = status < 400 && region !== undefined;
    return elsewhere ? `its bucket is in Region ${region}, which is another` : `${name}: ${message}`;
  }
}

/** SSM answers 400 to what S3 answers 404. */
const NO_SUCH: ReadonlySet<string> = new Set(['ParameterNotFound', 'ParameterVersionNotFound']);
