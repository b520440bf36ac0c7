import { describe, expect, it } from 'vitest';
import { readConfFlag } from '../../src/emr/read-conf-line.ts';
import { readConfiguration } from '../../src/emr/read-configuration.ts';
import { readEmrfsShorthand } from '../../src/emr/read-emrfs-shorthand.ts';

const ids = ({ problems }: ReturnType<typeof readConfFlag>): string[] => problems.map(({ id }) => id);

describe('one --conf', () => {
  it('sets what follows the first equals sign, for the job, at the place that the flag is called', () => {
    expect(readConfFlag('spark.hadoop.fs.s3a.encryption.context=a=b,c=d', '--conf')).toEqual({
      settings: [
        { name: 'fs.s3a.encryption.context', value: 'a=b,c=d', layer: 'job', place: { source: '--conf' } },
      ],
      problems: [],
    });
  });

  it('without an equals sign is a problem that shows the name alone', () => {
    const reading = readConfFlag('spark.hadoop.fs.s3a.secret.key never-shown', '--conf');
    expect(ids(reading)).toEqual(['emr/syntax']);
    expect(reading.problems[0]?.message).not.toContain('never-shown');
  });

  it('with a name that begins with a space is handed to nobody', () => {
    const reading = readConfFlag(' spark.hadoop.fs.s3.cse.enabled=true', '--conf');
    expect(reading.settings).toEqual([]);
    expect(ids(reading)).toContain('emr/ignored-property');
  });

  it('about memory is no setting, and that is an answer', () => {
    expect(ids(readConfFlag('spark.executor.memory=4g', '--conf'))).toEqual(['emr/no-s3-encryption']);
  });

  it('with a credential leaves nothing of it', () => {
    const reading = readConfFlag('spark.hadoop.fs.s3a.bucket.acme.session.token=never-shown', '--conf');
    expect(JSON.stringify(reading)).not.toContain('never-shown');
    expect(reading.settings).toEqual([]);
  });

  it('with 256 bits in Base64 as the key does not show them, though the algorithm stands elsewhere', () => {
    const key = 'MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=';
    const reading = readConfFlag(`spark.hadoop.fs.s3a.encryption.key=${key}`, '--conf');
    expect(reading.settings.map(({ value }) => value)).toEqual(['(not shown)']);
  });
});

describe('the value of --emrfs', () => {
  it('with a KMS key is the emrfs-site that the CLI makes of it', () => {
    const { settings, problems } = readEmrfsShorthand(
      'Encryption=ClientSide,ProviderType=KMS,KMSKeyId=alias/x',
      'f',
    );
    expect(settings.map(({ name, value, layer }) => [name, value, layer])).toEqual([
      ['fs.s3.cse.enabled', 'true', 'emrfs-site'],
      [
        'fs.s3.cse.encryptionMaterialsProvider',
        'com.amazon.ws.emr.hadoop.fs.cse.KMSEncryptionMaterialsProvider',
        'emrfs-site',
      ],
      ['fs.s3.cse.kms.keyId', 'alias/x', 'emrfs-site'],
    ]);
    expect(problems).toEqual([]);
  });

  it('without a key sets nothing', () => {
    const reading = readEmrfsShorthand('Encryption=ClientSide,ProviderType=KMS,KMSKeyId=', 'f');
    expect(ids(reading)).toEqual(['emr/missing-key']);
    expect(reading.settings).toEqual([]);
  });

  it('with a placeholder for the provider says so', () => {
    expect(ids(readEmrfsShorthand('Encryption=ClientSide,ProviderType=<type>', 'f'))).toEqual([
      'emr/placeholder',
    ]);
  });

  it('with a quoted list of arguments and SSE=false reads both', () => {
    const { settings } = readEmrfsShorthand('SSE=false,Args=["fs.s3.cse.kms.region=eu-west-1",x=y]', 'f');
    expect(settings.map(({ name, value }) => `${name}=${value}`)).toEqual([
      'fs.s3.enableServerSideEncryption=false',
      'fs.s3.cse.kms.region=eu-west-1',
    ]);
  });
});

describe('flags in a script', () => {
  it('several --conf of one command keep their places, with a value quoted in part', () => {
    const { settings } = readConfiguration(
      `spark-submit --conf spark.hadoop.fs.s3a.encryption.key='alias/'"a b"\\ c \\\n  a.py`,
      'run.sh',
    );
    expect(settings.map(({ value, place }) => [value, place.line, place.column])).toEqual([
      ['alias/a b c', 1, 21],
    ]);
  });

  it('an empty list of configurations on the command line sets nothing', () => {
    const reading = readConfiguration("aws emr create-cluster --configurations '[]'", 'run.sh');
    expect(ids(reading)).toEqual(['emr/no-s3-encryption']);
  });

  it('with CRLF line ends is read the same', () => {
    const unix = 'spark-submit \\\n  --conf spark.hadoop.fs.s3.cse.enabled=true \\\n  a.py\n';
    expect(readConfiguration(unix.replaceAll('\n', '\r\n'), 'x').settings).toEqual(
      readConfiguration(unix, 'x').settings,
    );
  });
});
