import { describe, expect, it } from 'vitest';
import { readConfiguration } from '../../src/emr/read-configuration.ts';
import { readEmrfsShorthand } from '../../src/emr/read-emrfs-shorthand.ts';
import type { EmrReading } from '../../src/emr/reading.ts';

const SOURCE = '--emrfs';
const CONTEXT = 'fs.s3.serverSideEncryption.kms.customEncryptionContext';
const KMS_PROVIDER = 'com.amazon.ws.emr.hadoop.fs.cse.KMSEncryptionMaterialsProvider';

const short = (text: string): EmrReading => readEmrfsShorthand(text, SOURCE);
const set = ({ settings }: EmrReading): string[] => settings.map(({ name, value }) => `${name}=${value}`);
const said = ({ problems }: EmrReading): string[] => problems.map(({ id, message }) => `${id}: ${message}`);

describe('the value of --emrfs', () => {
  it('is named in every finding as people name the flag, where no line is known', () => {
    expect(short('Encryption=ServerSide,oops')).toStrictEqual({
      settings: [
        {
          name: 'fs.s3.enableServerSideEncryption',
          value: 'true',
          layer: 'emrfs-site',
          place: { source: SOURCE },
        },
      ],
      problems: [
        {
          id: 'emr/bad-value',
          level: 'error',
          place: { source: SOURCE },
          message: 'a part of --emrfs is no name=value: quote values with a comma',
        },
      ],
    });
  });

  it.each([
    [
      'SSE=true,SSE=false',
      ['fs.s3.enableServerSideEncryption=false'],
      ['emr/duplicate: SSE is set twice with different values: the last one is taken. keep one'],
    ],
    ['SSE=true,SSE=true', ['fs.s3.enableServerSideEncryption=true'], []],
    [
      'SSE=true,Encryption=ServerSide',
      [],
      ['emr/bad-value: SSE and Encryption are both set: the CLI takes one alone'],
    ],
    [
      'Encryption=ServerSide,Args=[fs.s3.enableServerSideEncryption=false]',
      ['fs.s3.enableServerSideEncryption=false'],
      [
        'emr/undecided-order: "fs.s3.enableServerSideEncryption" is set to "true" and to "false" (the other in --emrfs), and which one wins is not documented: keep one',
      ],
    ],
  ])(
    'that says one thing in two ways is told apart from one that repeats it: %s',
    (text, settings, problems) => {
      expect(set(short(text))).toEqual(settings);
      expect(said(short(text))).toEqual(problems);
    },
  );

  it.each([
    ['Encryption=', 'Encryption is missing in --emrfs: write Encryption=... there'],
    ['Encryption=ClientSide', 'ProviderType is missing in --emrfs: write ProviderType=... there'],
    [
      'Encryption=ClientSide,ProviderType=Custom,CustomProviderLocation=s3://acme/p.jar',
      'CustomProviderClass is missing in --emrfs: write CustomProviderClass=... there',
    ],
    [
      'Encryption=ClientSide,ProviderType=Custom,CustomProviderClass=com.acme.Keys',
      'CustomProviderLocation is missing in --emrfs: write CustomProviderLocation=... there',
    ],
    ['Encrytion=ServerSide', '--emrfs knows no "Encrytion": did you mean "Encryption"?'],
    [
      'Encryption=ServrSide',
      'Encryption is "ServrSide". expected "ServerSide" or "ClientSide". did you mean "ServerSide"?',
    ],
  ])('of which a word is missing or wrong is an error, and sets nothing: %s', (text, message) => {
    expect(short(text)).toEqual({
      settings: [],
      problems: [{ id: 'emr/bad-value', level: 'error', place: { source: SOURCE }, message }],
    });
  });

  it('takes its words in any case, with spaces and quotes around names and values', () => {
    const wanted = [
      'fs.s3.cse.enabled=true',
      `fs.s3.cse.encryptionMaterialsProvider=${KMS_PROVIDER}`,
      'fs.s3.cse.kms.keyId=alias/x',
    ];
    for (const text of [
      'Encryption=ClientSide, ProviderType = KMS, KMSKeyId = alias/x',
      'Encryption= "ClientSide" ,ProviderType=\' kms \',KMSKeyId="alias/x"',
    ]) {
      expect(short(text)).toMatchObject({ problems: [] });
      expect(set(short(text))).toEqual(wanted);
    }
  });

  it('keeps brackets that are not around a list of arguments', () => {
    expect(set(short('Encryption=ClientSide,ProviderType=KMS,KMSKeyId=[alias/x]'))[2]).toBe(
      'fs.s3.cse.kms.keyId=[alias/x]',
    );
  });

  it('longer than 16384 characters is not read, and of that length it is', () => {
    const ofLength = (length: number) => short('SSE=true,Args=['.padEnd(length - 1, 'x').concat(']'));
    expect(ofLength(16_384)).toMatchObject({ settings: [{ value: 'true' }], problems: [] });
    expect(ofLength(16_385)).toEqual({
      settings: [],
      problems: [
        {
          id: 'emr/too-large',
          level: 'error',
          place: { source: SOURCE },
          message: 'longer than 16384 characters, which is no value of --emrfs: not read',
        },
      ],
    });
  });

  it('of more than two Mi characters is refused as any text is, and looked at no further', () => {
    expect(said(short(' '.repeat(2 * 1024 * 1024 + 1)))).toEqual([
      'emr/too-large: longer than 2 Mi characters, which is no configuration: not read',
    ]);
  });
});

describe('an argument of --emrfs', () => {
  it.each([
    [`Args=[${CONTEXT}=team="data"]`, 'team="data"'],
    [`Args=[${CONTEXT}="team"=data]`, '"team"=data'],
    [`Args=["${CONTEXT}=a[b"]`, 'a[b'],
    [`Args=["${CONTEXT}=a]b"]`, 'a]b'],
    [`Args=[' ${CONTEXT} = a,b ']`, 'a,b'],
  ])('loses the quotes and brackets around it, and no others: %s', (text, value) => {
    expect(short(text)).toMatchObject({ settings: [{ name: CONTEXT, value }], problems: [] });
  });

  it('of one letter is an argument of the custom provider, whose value is not shown', () => {
    const provider =
      'Encryption=ClientSide,ProviderType=Custom,CustomProviderLocation=s3://acme/p.jar,CustomProviderClass=com.acme.Keys';
    expect(set(short(`${provider},Args=[x=y]`))).toEqual([
      'fs.s3.cse.enabled=true',
      'fs.s3.cse.encryptionMaterialsProvider=com.acme.Keys',
      'fs.s3.cse.encryptionMaterialsProvider.uri=s3://acme/p.jar',
      'x=(not shown)',
    ]);
  });

  it('without an equals sign is not taken for a property that its name resembles', () => {
    expect(set(short('Args=[fs.s3.cse.kms.regions]'))).toEqual([]);
  });

  it('without an equals sign is set to nothing, as the CLI does', () => {
    const reading = short('Encryption=ClientSide,ProviderType=KMS,KMSKeyId=alias/x,Args=[fs.s3.cse.enabled]');
    expect(said(reading)).toContain(
      'emr/bad-value: "fs.s3.cse.enabled" is "", expected "true" or "false": Hadoop ignores every other word',
    );
  });

  it('given twice in one list and the same is given once', () => {
    expect(said(short(`SSE=true,Args=[${CONTEXT}=b],Args=[${CONTEXT}=b]`))).toEqual([]);
    expect(said(short('SSE=true,Args=[],Args=[]'))).toEqual([]);
  });
});

describe('what is about a provider of keys', () => {
  const refusal = (name: string, provider: string): string =>
    `emr/bad-value: ${name} goes with Encryption=ClientSide,ProviderType=${provider}, and the CLI refuses it elsewhere: a key for server-side encryption is Args=[fs.s3.serverSideEncryption.kms.keyId=...]`;

  it.each([
    ['SSE=true,KMSKeyId=alias/x', [refusal('KMSKeyId', 'KMS')]],
    ['Encryption=ServerSide,KMSKeyId=alias/x', [refusal('KMSKeyId', 'KMS')]],
    ['KMSKeyId=alias/x', [refusal('KMSKeyId', 'KMS')]],
    [
      'SSE=true,CustomProviderLocation=s3://a/b,CustomProviderClass=C',
      [refusal('CustomProviderLocation', 'Custom'), refusal('CustomProviderClass', 'Custom')],
    ],
    [
      'Encryption=clientside,ProviderType=kms,KMSKeyId=alias/x,CustomProviderClass=C',
      [refusal('CustomProviderClass', 'Custom')],
    ],
  ])('is refused without that provider: %s', (text, messages) => {
    expect(said(short(text))).toEqual(messages);
  });

  it('is not refused a second time where the provider itself is missing', () => {
    expect(said(short('Encryption=ClientSide,KMSKeyId=alias/x'))).toEqual([
      'emr/bad-value: ProviderType is missing in --emrfs: write ProviderType=... there',
    ]);
  });
});

const ENABLED = 'fs.s3.cse.enabled';
const property = (name: string, value: string, more = ''): string =>
  `<property><name>${name}</name><value>${value}</value>${more}</property>`;
const site = (text: string): EmrReading => readConfiguration(text, 'core-site.xml');

describe('a Hadoop configuration file', () => {
  it('within another is read with it', () => {
    const inner = `<configuration>${property(ENABLED, 'true')}</configuration>`;
    expect(site(`<configuration>${inner}</configuration>`)).toEqual({
      settings: [
        {
          name: ENABLED,
          value: 'true',
          layer: 'core-site',
          place: { source: 'core-site.xml', line: 1, column: 31, path: ENABLED },
        },
      ],
      problems: [],
    });
  });

  it.each([
    ['no value', `<property><name>${ENABLED}</name></property>`],
    ['no name', '<property><value>true</value></property>'],
    ['nothing', '<property/>'],
  ])('with a property that holds %s sets nothing by it, and goes on', (_what, broken) => {
    const reading = site(`<configuration>${broken}${property('fs.s3.cse.kms.region', 'x')}</configuration>`);
    expect(set(reading)).toEqual(['fs.s3.cse.kms.region=x']);
    expect(said(reading)).toEqual([]);
  });

  it.each([
    ['<xi:include href="more.xml"/>', 'more.xml'],
    ['<include href="/etc/more.xml"/>', '/etc/more.xml'],
    [property('fs.s3.cse.kms.region', 'x', '<xi:include href="key.txt"/>'), 'key.txt'],
  ])('that includes another says that it is to be read too: %s', (text, name) => {
    const { problems } = site(`<configuration>${text}</configuration>`);
    expect(problems.filter(({ id }) => id === 'emr/not-followed')).toEqual([
      {
        id: 'emr/not-followed',
        level: 'warning',
        place: expect.objectContaining({ source: 'core-site.xml', line: 1 }),
        message: `the XInclude of "${name}" is not followed: read that file too`,
        unread: { kind: 'file', name },
      },
    ]);
  });

  it.each(['', '<xi:include/>', '<xi:include href=""/>'])(
    'that includes nothing says of none: %s',
    (more) => {
      expect(said(site(`<configuration>${property(ENABLED, 'true')}${more}</configuration>`))).toEqual([]);
    },
  );

  it('takes an element without text as if it was not there, and an empty attribute as a value', () => {
    const key = 'fs.s3.cse.kms.keyId';
    const first = property(key, 'alias/lake');
    const element = site(`<configuration>${first}${property(key, '')}</configuration>`);
    expect([set(element), said(element)]).toEqual([[`${key}=alias/lake`], []]);
    const attribute = site(`<configuration>${first}<property name="${key}" value=""/></configuration>`);
    expect(set(attribute)).toEqual([`${key}=`]);
  });

  it('has a final property only where nothing stands around the word', () => {
    const region = 'fs.s3.cse.kms.region';
    const both = (final: string) =>
      set(site(`<configuration>${property(region, 'eu', final)}${property(region, 'us')}</configuration>`));
    expect(both('<final>true</final>')).toEqual([`${region}=eu`]);
    expect(both('<final> true </final>')).toEqual([`${region}=us`]);
  });

  it('with a DOCTYPE says that nothing is taken from it, and not where one is only written about', () => {
    const rest = `<configuration>${property(ENABLED, 'true', '<description><![CDATA[<!DOCTYPE x>]]></description>')}</configuration>`;
    expect(said(site(rest))).toEqual([]);
    expect(site(`<?xml version="1.0"?>\n<!DOCTYPE configuration>\n${rest}`).problems).toEqual([
      {
        id: 'emr/not-followed',
        level: 'warning',
        place: { source: 'core-site.xml', line: 2, column: 1 },
        message: 'the DOCTYPE is not followed: nothing is taken from it',
      },
    ]);
  });

  it('that nests deeper than can be read is too large, at its beginning', () => {
    expect(site('<a>'.repeat(100_000))).toEqual({
      settings: [],
      problems: [
        {
          id: 'emr/too-large',
          level: 'error',
          place: { source: 'core-site.xml', line: 1, column: 1 },
          message: 'the XML is nested deeper than a configuration can be',
        },
      ],
    });
  });
});

describe('a file is recognised as XML', () => {
  it.each([
    ['emrfs-site.xml', 'emrfs-site'],
    ['conf/emrfs-site', 'emrfs-site'],
    ['emrfs-site.xml.before', 'core-site'],
    ['emrfs-site-notes.xml', 'core-site'],
    ['hdfs-site.xml', 'core-site'],
  ])('and %s is %s by the end of its name, with blank lines before it', (source, layer) => {
    const text = `\n  <configuration>${property(ENABLED, 'true')}</configuration>\n`;
    expect(readConfiguration(text, source).settings).toEqual([
      { name: ENABLED, value: 'true', layer, place: { source, line: 2, column: 18, path: ENABLED } },
    ]);
  });
});

describe('a file that holds the value of --emrfs', () => {
  it('is read without the blanks around it, at the place where it begins', () => {
    expect(readConfiguration('\n  SSE=true,\n', 'flag.txt')).toEqual({
      settings: [
        {
          name: 'fs.s3.enableServerSideEncryption',
          value: 'true',
          layer: 'emrfs-site',
          place: { source: 'flag.txt', line: 2, column: 3 },
        },
      ],
      problems: [],
    });
  });
});
