import { randomUUID } from 'node:crypto';
import {
  CreateAliasCommand,
  CreateKeyCommand,
  DeleteAliasCommand,
  KMSClient,
  ScheduleKeyDeletionCommand,
} from '@aws-sdk/client-kms';
import type { ClientConfig, EndpointKeys } from './endpoint.ts';

/** Makes the keys of the path suite in a KMS. `delete` schedules their deletion: KMS deletes none at once. */
export async function makeKeys(config: ClientConfig): Promise<EndpointKeys & { delete(): Promise<void> }> {
  const client = new KMSClient(config);
  const make = async () => {
    const { KeyMetadata } = await client.send(new CreateKeyCommand({}));
    return { arn: KeyMetadata?.Arn ?? '', id: KeyMetadata?.KeyId ?? '' };
  };
  const [right, wrong] = [await make(), await make()];
  const rightAlias = `alias/endpoints-${randomUUID()}`;
  await client.send(new CreateAliasCommand({ AliasName: rightAlias, TargetKeyId: right.id }));
  return {
    ...{ right: right.arn, rightAlias, wrong: wrong.arn },
    delete: async () => {
      await client.send(new DeleteAliasCommand({ AliasName: rightAlias }));
      for (const { id } of [right, wrong]) {
        await client.send(new ScheduleKeyDeletionCommand({ KeyId: id, PendingWindowInDays: 7 }));
      }
      client.destroy();
    },
  };
}
