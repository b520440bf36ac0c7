import { describe, expect, it } from 'vitest';
import { readConfFlag } from '../../src/emr/read-conf-line.ts';
import { readConfiguration } from '../../src/emr/read-configuration.ts';
import { readEmrfsShorthand } from '../../src/emr/read-emrfs-shorthand.ts';
import type { EmrReading } from '../../src/emr/reading.ts';

const LONGEST = 2 * 1024 * 1024;
const UNDERSTOOD =
  'an EMR security configuration, a list of Configurations, a request that creates a cluster or starts a job (JSON), core-site.xml or emrfs-site.xml, spark-submit or aws emr command lines, spark-defaults.conf, or the value of --emrfs';
const NOTHING_HERE = {
  id: 'emr/no-s3-encryption',
  level: 'note',
  place: { source: 'conf.json' },
  message:
    'nothing that takes effect here is about S3 encryption: the bucket’s default decides, unless another file does',
};

const read = (text: string): EmrReading => readConfiguration(text, 'conf.json');
const inSite = (properties: Readonly<Record<string, string>>, classification = 'core-site'): EmrReading =>
  read(JSON.stringify([{ Classification: classification, Properties: properties }]));
const set = ({ settings }: EmrReading): string[] => settings.map(({ name, value }) => `${name}=${value}`);

describe('a text', () => {
  it('of two Mi characters is read, and one that is longer by a character is not looked at', () => {
    const empty = '{"Configurations":[]}';
    expect(read(empty.padEnd(LONGEST))).toStrictEqual({ settings: [], problems: [NOTHING_HERE] });
    const tooLarge = {
      settings: [],
      problems: [
        {
          id: 'emr/too-large',
          level: 'error',
          place: { source: 'conf.json' },
          message: 'longer than 2 Mi characters, which is no configuration: not read',
        },
      ],
    };
    expect(read(empty.padEnd(LONGEST + 1))).toStrictEqual(tooLarge);
    expect(read(' '.repeat(LONGEST + 1))).toStrictEqual(tooLarge);
    expect(readConfFlag(`spark.hadoop.fs.s3.cse.enabled=${' '.repeat(LONGEST)}`, 'conf.json')).toStrictEqual(
      tooLarge,
    );
  });

  it.each([
    ['', 'nothing stands in it'],
    [' \n\t\n', 'nothing stands in it'],
    ['\uFEFF\n', 'nothing stands in it'],
    ['bucket: acme-lake', 'this is none of what is understood'],
    ['<html></html>', 'this is none of what is understood'],
    ['{"a":1}', 'this is none of what is understood'],
  ])('of no known shape (%j) is an error that lists what is understood', (text, found) => {
    expect(read(text)).toStrictEqual({
      settings: [],
      problems: [
        {
          id: 'emr/unknown-shape',
          level: 'error',
          place: { source: 'conf.json' },
          message: `${found}: expected ${UNDERSTOOD}`,
        },
      ],
    });
  });
});

describe('that nothing is about S3 encryption', () => {
  it('is said where only the client is configured', () => {
    expect(inSite({ 'fs.s3.impl.disable.cache': 'true' })).toMatchObject({
      settings: [{ name: 'fs.s3.impl.disable.cache', value: 'true' }],
      problems: [NOTHING_HERE],
    });
  });

  it('is not said beside an error, which may hide something that is', () => {
    expect(inSite({ 'fs.s3.cse.enabled': 'yes' }).problems).toEqual([
      {
        id: 'emr/bad-value',
        level: 'error',
        place: { source: 'conf.json', line: 1, column: 46, path: '[0].core-site' },
        message: '"fs.s3.cse.enabled" is "yes", expected "true" or "false": Hadoop ignores every other word',
      },
    ]);
  });

  it('is not said where a provider of one’s own is named, though its argument stands first', () => {
    const reading = inSite(
      { 'keys.table': 'x', 'fs.s3.cse.encryptionMaterialsProvider': 'com.acme.Keys' },
      'emrfs-site',
    );
    expect(set(reading)).toEqual([
      'keys.table=(not shown)',
      'fs.s3.cse.encryptionMaterialsProvider=com.acme.Keys',
    ]);
    expect(reading.problems).toEqual([]);
  });
});

describe('unknown properties of S3', () => {
  const COUNT = 300;
  const names = Array.from({ length: COUNT }, (_, at) => `fs.s3a.encryption.ke${at}`);
  const ofIds = (count: number) => {
    const { problems } = inSite(Object.fromEntries(names.slice(0, count).map((name) => [name, 'x'])));
    return Map.groupBy(problems, ({ id }) => id);
  };

  it('are each compared with the table where there are a few hundred at most', () => {
    const found = ofIds(250);
    expect([...found.keys()]).toEqual(['emr/unknown-property', 'emr/no-s3-encryption']);
    expect(found.get('emr/unknown-property')?.map(({ message }) => message)).toEqual(
      names
        .slice(0, 250)
        .map((name) => `neither EMRFS nor S3A reads "${name}": did you mean "fs.s3a.encryption.key"?`),
    );
  });

  it('of which there are more are an error, said once, and from there on they are named without a suggestion', () => {
    const found = ofIds(COUNT);
    expect(found.get('emr/too-large')).toEqual([
      expect.objectContaining({
        level: 'error',
        message: expect.stringMatching(
          /^more than 250 unknown properties of S3: this one and those after it are not compared$/,
        ),
      }),
    ]);
    const unknown = found.get('emr/unknown-property')?.map(({ message }) => message);
    expect(unknown).toHaveLength(COUNT);
    expect(unknown?.slice(250)).toEqual(
      names
        .slice(250)
        .map(
          (name) =>
            `"${name}" looks like S3 encryption, but neither EMRFS nor S3A reads it: docs/emr.md lists what they read`,
        ),
    );
  });
});

describe('the release label', () => {
  const labelled = (...labels: readonly string[]): EmrReading =>
    read(JSON.stringify(labels.map((ReleaseLabel) => ({ ReleaseLabel }))));

  it.each(['emr-7.10.0', 'emr-6.15.0-latest', '  emr-7.10.0\n'])(
    '%j is the reading’s, without the blanks around it',
    (label) => {
      expect(labelled(label)).toStrictEqual({
        settings: [],
        problems: [NOTHING_HERE],
        releaseLabel: label.trim(),
      });
    },
  );

  it('may stand twice', () => {
    expect(labelled('emr-7.10.0', 'emr-7.10.0').releaseLabel).toBe('emr-7.10.0');
  });

  it('of two kinds is none, and the second one is where that is said', () => {
    expect(labelled('emr-7.10.0', 'emr-7.10.0', 'emr-6.15.0')).toStrictEqual({
      settings: [],
      problems: [
        {
          id: 'emr/not-followed',
          level: 'warning',
          place: { source: 'conf.json', line: 1, column: 78, path: '[2].ReleaseLabel' },
          message:
            'two release labels, emr-7.10.0 and emr-6.15.0: neither is taken, give the release by its flag',
        },
        NOTHING_HERE,
      ],
    });
  });

  it.each(['emr-seven', 'emr-7.10', 'v emr-7.10.0', 'emr-7.10.0 x'])(
    '%s is none, and says which flag helps',
    (label) => {
      expect(labelled(label)).toStrictEqual({
        settings: [],
        problems: [
          {
            id: 'emr/not-followed',
            level: 'warning',
            place: { source: 'conf.json', line: 1, column: 18, path: '[0].ReleaseLabel' },
            message:
              'this is no release label such as emr-7.10.0, so it does not say which client serves s3://: give the release by its flag',
          },
          NOTHING_HERE,
        ],
      });
    },
  );
});

describe('a job', () => {
  const start = (parameters: string): string =>
    `aws emr-serverless start-job-run --job-driver '${JSON.stringify({ sparkSubmit: { sparkSubmitParameters: parameters } })}'`;

  it('that the command line starts has the settings of the parameters within it', () => {
    expect(read(start('--conf spark.hadoop.fs.s3.cse.enabled=true'))).toStrictEqual({
      settings: [
        {
          name: 'fs.s3.cse.enabled',
          value: 'true',
          layer: 'job',
          place: {
            source: 'conf.json',
            line: 1,
            column: 47,
            path: 'jobDriver.sparkSubmit.sparkSubmitParameters',
          },
        },
      ],
      problems: [],
    });
  });

  it('of two in one text that differ is no configuration of anything', () => {
    const both = [true, false].map((on) => start(`--conf spark.hadoop.fs.s3.cse.enabled=${on}`)).join('\n');
    expect(read(both)).toStrictEqual({
      settings: [],
      problems: [
        {
          id: 'emr/several-jobs',
          level: 'error',
          place: { source: 'conf.json', line: 2, column: 1 },
          message:
            '2 jobs with different S3 settings (the first in line 1): none of them is taken, put each into a file of its own',
        },
      ],
    });
  });
});

describe('the place of a setting', () => {
  it('is its line and column, and has no way inside where there is none', () => {
    const text = 'spark-submit \\\n  --conf spark.hadoop.fs.s3.cse.enabled=true a.py\n';
    expect(read(text).settings).toStrictEqual([
      {
        name: 'fs.s3.cse.enabled',
        value: 'true',
        layer: 'job',
        place: { source: 'conf.json', line: 2, column: 10 },
      },
    ]);
  });

  it('that a sentence names is its line, or the source where no line is known', () => {
    const twice =
      'spark-submit --conf spark.hadoop.fs.s3.cse.enabled=true \\\n --conf spark.hadoop.fs.s3.cse.enabled=false a.py';
    expect(read(twice).problems).toStrictEqual([
      {
        id: 'emr/duplicate',
        level: 'warning',
        place: { source: 'conf.json', line: 2, column: 9 },
        message:
          '"fs.s3.cse.enabled" is set to "true" and to "false" (first in line 1): the one in line 2 wins, because spark-submit takes the last. keep one',
      },
    ]);
    const flag = 'Encryption=ServerSide,Args=[fs.s3.enableServerSideEncryption=false]';
    expect(readEmrfsShorthand(flag, '--emrfs').problems).toStrictEqual([
      {
        id: 'emr/undecided-order',
        level: 'error',
        place: { source: '--emrfs' },
        message:
          '"fs.s3.enableServerSideEncryption" is set to "true" and to "false" (the other in --emrfs), and which one wins is not documented: keep one',
      },
    ]);
  });
});
