import { createHash, createHmac } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { PutBucketNotificationConfigurationCommand } from '@aws-sdk/client-s3';
import { CreateTopicCommand, SNSClient } from '@aws-sdk/client-sns';
import { startLocalAws } from '../../local/aws.ts';
import { s3Client } from './buckets.ts';
import {
  type ClientConfig,
  type Endpoint,
  environmentOf,
  type NoEndpoint,
  type Notifications,
  REGION,
  type Secrets,
  secretsOf,
} from './endpoint.ts';
import { commandOnPath } from './processes.ts';
import { startRadosgw } from './radosgw.ts';

const ACCOUNT = '111122223333';
const IDS = { right: 'aaaaaaaa-aaaa-aaaa-aaaa-aaaaaaaaaaaa', wrong: 'bbbbbbbb-bbbb-4bbb-8bbb-bbbbbbbbbbbb' };
const arn = (id: string): string => `arn:aws:kms:${REGION}:${ACCOUNT}:key/${id}`;
const KEYS = { right: arn(IDS.right), rightAlias: 'alias/endpoints-finance', wrong: arn(IDS.wrong) };
/** The gateway looks a key up by the text of the request: every text that a suite names is a key of its own. */
const KEY_IDS = [KEYS.right, KEYS.wrong, KEYS.rightAlias, IDS.right, 'alias/of-a-lookalike'];
const OWNER = 'owner';
const ROLE = 'reader';
const NEEDED = ['ceph', 'ceph-mon', 'ceph-osd', 'monmaptool', 'radosgw', 'radosgw-admin'];

/** Starts Ceph's gateway where it is installed; KMS, SNS and SQS beside it are the local AWS. */
export async function radosgwEndpoint(): Promise<Endpoint | NoEndpoint> {
  const missing = NEEDED.filter((name) => commandOnPath(name) === undefined);
  if (missing.length > 0) return { why: `not on the PATH: ${missing.join(', ')}` };
  const aws = await startLocalAws();
  const others = aws.clientConfig(ACCOUNT, REGION);
  const user = { name: OWNER, accessKeyId: others.credentials.accessKeyId, secretAccessKey: 'owner-secret' };
  const other = { name: 'stranger', accessKeyId: 'STRANGER', secretAccessKey: 'stranger-secret' };
  for (const [keyId, alias] of [[IDS.right, KEYS.rightAlias] as const, [IDS.wrong] as const]) {
    const key = { account: ACCOUNT, region: REGION, keyId };
    aws.kms.control.createKey(alias === undefined ? key : { ...key, alias });
  }
  const gateway = await startRadosgw({ users: [user, other], keyIds: KEY_IDS, role: roleOf() }).catch(
    async (error: unknown) => {
      await aws.close();
      throw error;
    },
  );
  const as = (credentials: Secrets, endpoint = gateway.url): ClientConfig => ({
    ...{ endpoint, region: REGION, credentials },
  });
  const s3 = as(user);
  return {
    ...{ name: 'radosgw', account: ACCOUNT, s3, others, own: [], stranger: as(other) },
    // The local AWS checks no secret, so that one pair of credentials does for both.
    ...{ env: environmentOf(s3, others), keys: KEYS, kmsNeedsKey: true },
    location: 'default',
    notifications: () => pushedNotifications(s3),
    session: async () => as(await assumeRole(as(user, gateway.tokensUrl)), gateway.tokensUrl),
    vanishes: true,
    close: async () => {
      await gateway.close();
      await aws.close();
    },
  };
}

const roleOf = () => ({
  name: ROLE,
  trust: JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      { Effect: 'Allow', Principal: { AWS: [`arn:aws:iam:::user/${OWNER}`] }, Action: ['sts:AssumeRole'] },
    ],
  }),
  policy: JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Action: ['s3:*'], Resource: 'arn:aws:s3:::*' }],
  }),
});

/** The gateway's own notifications, which it pushes over HTTP before it answers the write. */
async function pushedNotifications(s3: ClientConfig): Promise<Notifications> {
  let bodies: string[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    bodies.push(Buffer.concat(chunks).toString('utf8'));
    response.end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const push = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const topics = new SNSClient(s3);
  const client = s3Client(s3);
  return {
    watch: async (Bucket) => {
      const Attributes = { 'push-endpoint': push };
      const { TopicArn } = await topics.send(new CreateTopicCommand({ Name: 'events', Attributes }));
      const TopicConfigurations = [{ Id: 'events', TopicArn, Events: ['s3:ObjectCreated:*' as const] }];
      const NotificationConfiguration = { TopicConfigurations };
      await client.send(new PutBucketNotificationConfigurationCommand({ Bucket, NotificationConfiguration }));
    },
    take: async () => {
      const taken = bodies;
      bodies = [];
      return taken;
    },
    close: async () => {
      topics.destroy();
      client.destroy();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Credentials of the role, by a request that is signed here: no client for STS is installed. */
async function assumeRole(s3: ClientConfig): Promise<Secrets> {
  const form = { Action: 'AssumeRole', RoleArn: `arn:aws:iam:::role/${ROLE}`, RoleSessionName: 'audit' };
  const body = new URLSearchParams({ ...form, Version: '2011-06-15' }).toString();
  const { host } = new URL(s3.endpoint);
  const date = `${new Date().toISOString().slice(0, 19).replace(/[-:]/g, '')}Z`;
  const { accessKeyId, secretAccessKey } = secretsOf(s3);
  const scope = [date.slice(0, 8), s3.region, 'sts', 'aws4_request'];
  const hashed = (text: string): string => createHash('sha256').update(text).digest('hex');
  const type = 'application/x-www-form-urlencoded';
  const signed = 'content-type;host;x-amz-date';
  const canonical = `POST\n/\n\ncontent-type:${type}\nhost:${host}\nx-amz-date:${date}\n\n${signed}\n${hashed(body)}`;
  const key = scope.reduce<string | Buffer>(
    (from, part) => createHmac('sha256', from).update(part).digest(),
    `AWS4${secretAccessKey}`,
  );
  const toSign = ['AWS4-HMAC-SHA256', date, scope.join('/'), hashed(canonical)].join('\n');
  const signature = createHmac('sha256', key).update(toSign).digest('hex');
  const credential = `Credential=${accessKeyId}/${scope.join('/')}`;
  const authorization = `AWS4-HMAC-SHA256 ${credential}, SignedHeaders=${signed}, Signature=${signature}`;
  const headers = { 'content-type': type, 'x-amz-date': date, authorization };
  const answer = await fetch(`${s3.endpoint}/`, { method: 'POST', headers, body });
  const xml = await answer.text();
  const text = (name: string): string => new RegExp(`<${name}>([^<]*)</${name}>`).exec(xml)?.[1] ?? '';
  if (!answer.ok) throw new Error(`AssumeRole: ${answer.status} ${xml}`);
  return {
    accessKeyId: text('AccessKeyId'),
    secretAccessKey: text('SecretAccessKey'),
    sessionToken: text('SessionToken'),
  };
}
