import { EncryptCommand, KMSClient } from '@aws-sdk/client-kms';
import {
  CreateBucketCommand,
  ListObjectsV2Command,
  PutBucketVersioningCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import {
  CreateTopicCommand,
  SetTopicAttributesCommand,
  SNSClient,
  SubscribeCommand,
} from '@aws-sdk/client-sns';
import { CreateQueueCommand, SQSClient } from '@aws-sdk/client-sqs';
import {
  type LocalAws,
  type LocalAwsOptions,
  type LocalCredentials,
  startLocalAws,
} from '../../local/aws.ts';
import { createIam, type Iam } from '../../local/iam/iam.ts';
import type { QueueView } from '../../local/sqs/sqs.ts';
import type { Evaluated } from '../template/evaluate.ts';
import type { Given } from '../template/parameters.ts';
import { ACCOUNT, ALIASES, CONFIG, INVENTORY, KEYS, LAKE, POLICY, REGION, REPORTS } from './names.ts';
import { type Grant, grantsOf, grantText, policyOf, rolesOf, stackOf } from './roles.ts';

/** A stack with credentials for each of its roles. */
export interface Deployment {
  readonly given: Given;
  readonly stack: Evaluated;
  credentials(role: string): LocalCredentials;
}

export interface Written {
  readonly key: string;
  readonly versionId?: string;
}

/** What a deployment stands on, made by the account's own credentials: keys, buckets, objects, topics, queues. */
export class Site {
  readonly aws: LocalAws;
  readonly iam: Iam;
  readonly s3: S3Client;
  readonly #kms: KMSClient;
  readonly #sns: SNSClient;
  readonly #sqs: SQSClient;
  readonly #written = new Map<string, Written>();

  private constructor(aws: LocalAws, iam: Iam) {
    this.aws = aws;
    this.iam = iam;
    const config = aws.clientConfig(ACCOUNT, REGION);
    this.s3 = new S3Client(config);
    this.#kms = new KMSClient(config);
    this.#sns = new SNSClient(config);
    this.#sqs = new SQSClient(config);
  }

  static async start(options: Pick<LocalAwsOptions, 'beforeRequest' | 'clock'> = {}): Promise<Site> {
    const iam = createIam();
    const site = new Site(await startLocalAws({ ...options, iam, sseCOnNewBuckets: 'allowed' }), iam);
    for (const arn of Object.values(KEYS)) {
      const keyId = arn.split('/').at(-1) ?? '';
      const alias = Object.keys(ALIASES).find((name) => KEYS[ALIASES[name] ?? 'lake'] === arn);
      const place = { account: ACCOUNT, region: REGION, keyId };
      site.aws.kms.control.createKey({ ...place, ...(alias === undefined ? {} : { alias }) });
    }
    for (const Bucket of [LAKE, CONFIG, REPORTS, INVENTORY]) {
      const CreateBucketConfiguration = { LocationConstraint: REGION } as const;
      await site.s3.send(new CreateBucketCommand({ Bucket, CreateBucketConfiguration }));
    }
    const VersioningConfiguration = { Status: 'Enabled' } as const;
    await site.s3.send(new PutBucketVersioningCommand({ Bucket: LAKE, VersioningConfiguration }));
    await site.#makeTopics();
    // What was received and not deleted is there again at once, so that a test can clear it away.
    const Attributes = { VisibilityTimeout: '0' };
    for (const QueueName of ['AuditQueue', 'AuditEventFailureQueue'])
      await site.#sqs.send(new CreateQueueCommand({ QueueName, Attributes }));
    await site.#writeObjects();
    return site;
  }

  /** Puts the roles of the template in place, less one grant where one is named, and what its parameters ask of the site. */
  async deploy(given: Given, without?: Grant): Promise<Deployment> {
    const stack = stackOf(given);
    const taken = without === undefined ? undefined : grantText(without);
    const all = grantsOf(stack);
    if (taken !== undefined && !all.some((grant) => grantText(grant) === taken))
      throw new Error(`there is no grant to take away: ${taken}`);
    const credentials = new Map<string, LocalCredentials>();
    for (const role of rolesOf(stack)) {
      const grants = all.filter((grant) => grant.role === role && grantText(grant) !== taken);
      credentials.set(role, this.iam.setRole({ account: ACCOUNT, name: role, policies: [policyOf(grants)] }));
    }
    const AttributeValue = given.TopicKmsKeyArn ?? '';
    for (const name of ['AlertTopic', 'MailTopic'])
      await this.#sns.send(
        new SetTopicAttributesCommand({
          TopicArn: topicArn(name),
          AttributeName: 'KmsMasterKeyId',
          AttributeValue,
        }),
      );
    await this.put(CONFIG, 'policy.yaml', POLICY, given.PolicyKmsKeyArn);
    await this.received();
    this.iam.forget();
    return {
      given,
      stack,
      credentials: (role) => {
        const found = credentials.get(role);
        if (found === undefined) throw new Error(`the stack has no role ${role}`);
        return found;
      },
    };
  }

  async put(
    Bucket: string,
    Key: string,
    Body: string | Uint8Array,
    kmsKey?: string,
    Metadata: Record<string, string> = {},
  ): Promise<Written> {
    const sse = kmsKey === undefined ? {} : { ServerSideEncryption: 'aws:kms' as const, SSEKMSKeyId: kmsKey };
    const { VersionId } = await this.s3.send(new PutObjectCommand({ Bucket, Key, Body, Metadata, ...sse }));
    return { key: Key, ...(VersionId === undefined ? {} : { versionId: VersionId }) };
  }

  /** An object that was written at the start; one that never was is only its key. */
  written(key: string): Written {
    return this.#written.get(key) ?? { key };
  }

  /** A data key wrapped under a key and a context, as an envelope holds it. */
  async wrap(KeyId: string, EncryptionContext: Record<string, string>): Promise<string> {
    const Plaintext = Buffer.alloc(32, 5);
    const { CiphertextBlob } = await this.#kms.send(
      new EncryptCommand({ KeyId, Plaintext, EncryptionContext }),
    );
    return Buffer.from(CiphertextBlob ?? []).toString('base64');
  }

  queue(name: string): QueueView {
    const queue = this.aws.sqs.queue(`arn:aws:sqs:${REGION}:${ACCOUNT}:${name}`);
    if (queue === undefined) throw new Error(`there is no queue ${name}`);
    return queue;
  }

  /** What subscribers have got since the last time: messages of the alert topic, then of the mail topic. */
  async received(): Promise<readonly [readonly string[], readonly string[]]> {
    return [await this.#emptied('AlertInbox'), await this.#emptied('MailInbox')];
  }

  async keys(Bucket: string): Promise<readonly string[]> {
    const { Contents = [] } = await this.s3.send(new ListObjectsV2Command({ Bucket }));
    return Contents.map(({ Key = '' }) => Key);
  }

  async close(): Promise<void> {
    for (const client of [this.s3, this.#kms, this.#sns, this.#sqs]) client.destroy();
    await this.aws.close();
  }

  async #emptied(name: string): Promise<readonly string[]> {
    const queue = this.queue(name);
    const messages = await queue.receive(1000, 0);
    for (const { receiptHandle } of messages) queue.delete(receiptHandle);
    return messages.map(({ body }) => body);
  }

  async #makeTopics(): Promise<void> {
    for (const [Name, inbox] of [
      ['AlertTopic', 'AlertInbox'],
      ['MailTopic', 'MailInbox'],
    ] as const) {
      await this.#sns.send(new CreateTopicCommand({ Name }));
      await this.#sqs.send(new CreateQueueCommand({ QueueName: inbox }));
      const Endpoint = `arn:aws:sqs:${REGION}:${ACCOUNT}:${inbox}`;
      const Attributes = { RawMessageDelivery: 'true' };
      await this.#sns.send(
        new SubscribeCommand({ TopicArn: topicArn(Name), Protocol: 'sqs', Endpoint, Attributes }),
      );
    }
  }

  async #writeObjects(): Promise<void> {
    const keep = async (...what: Parameters<Site['put']>): Promise<void> => {
      this.#written.set(what[1], await this.put(...what));
    };
    await keep(LAKE, 'plain/right', 'x', KEYS.lake);
    await keep(LAKE, 'plain/version', 'x', KEYS.lake);
    await keep(LAKE, 'plain/wrong', 'x');
    await keep(LAKE, 'alias/right', 'x', KEYS.lake);
    await keep(LAKE, 'tenants/b/of-a', 'x', KEYS.tenantA);
    await keep(LAKE, 'sealed/file', 'x', undefined, { 'x-amz-unencrypted-content-length': '1' });
    const inFile = await this.envelope(KEYS.lake);
    await keep(LAKE, 'sealed/file.instruction', JSON.stringify(inFile), KEYS.files);
    await keep(LAKE, 'proven/right', 'x', undefined, await this.envelope(KEYS.proof));
  }

  /** The names and values of an envelope of the V2 format under `kms+context`. */
  async envelope(kmsKey: string, context: Record<string, string> = {}): Promise<Record<string, string>> {
    const whole = { 'aws:x-amz-cek-alg': 'AES/GCM/NoPadding', ...context };
    return {
      'x-amz-key-v2': await this.wrap(kmsKey, whole),
      'x-amz-iv': Buffer.alloc(12, 9).toString('base64'),
      'x-amz-matdesc': JSON.stringify(whole),
      'x-amz-wrap-alg': 'kms+context',
      'x-amz-cek-alg': 'AES/GCM/NoPadding',
      'x-amz-tag-len': '128',
    };
  }
}

export const topicArn = (name: string): string => `arn:aws:sns:${REGION}:${ACCOUNT}:${name}`;
