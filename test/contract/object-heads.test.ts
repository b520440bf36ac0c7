import { S3Client } from '@aws-sdk/client-s3';
import type { LocalClientConfig } from '../../local/aws.ts';
import { headsFor } from '../../src/aws/heads-for.ts';
import { S3ObjectHeads } from '../../src/aws/s3-object-heads.ts';
import { objectHeadsContract } from './object-heads.ts';
import { headStatusContract } from './object-heads-statuses.ts';
import { localAwsHeads, memoryHeads } from './object-heads-worlds.ts';

const overSdk = (config: LocalClientConfig) => new S3ObjectHeads(new S3Client(config));

objectHeadsContract(memoryHeads());
objectHeadsContract(
  localAwsHeads('S3ObjectHeads', overSdk, {
    'the name __proto__ is a name like any other': 'the SDK loses it while it builds its plain object',
  }),
);
headStatusContract('S3ObjectHeads', overSdk);

/** As `handle` and the Lambda function connect: the fast path, with the SDK beside it. */
const fast = (config: LocalClientConfig) => {
  const client = new S3Client(config);
  return headsFor({ s3: async () => client });
};

objectHeadsContract(localAwsHeads('FastObjectHeads', fast));
headStatusContract('FastObjectHeads', fast);
