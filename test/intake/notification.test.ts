import { describe, expect, it } from 'vitest';
import { readEvent } from '../../src/intake/read-body.ts';
import { absent, changed, onlyObject, sample } from './sample.ts';

const put = sample('s3-put');
const putWith = (path: string, value: unknown) => readEvent(changed(put, `Records.0.${path}`, value));

describe('a record of an S3 notification', () => {
  it('becomes the object that was written, with everything the event tells of it', () => {
    expect(readEvent(sample('s3-versioned-put'))).toEqual({
      kind: 'objects',
      objects: [
        {
          bucket: 'acme-lake',
          key: 'tenants/a/part-0.parquet',
          versionId: '3sL4kqtJlcpXroDTDmJ-rmSpXd3dIbrHY-MTRCxf3vjVBH40Nr8X8gdRQBpUMLUo',
          change: 'write',
          region: 'eu-west-1',
          sizeBytes: 1048576,
          etag: '9b2cf535f27731c974343645a3985328',
          sequencer: '006920A1B2C3D4E5F6',
          writer: {
            event: 'ObjectCreated:Put',
            principal: 'AWS:AROAEXAMPLEID0000001:i-0abc1234def567890',
            sourceIp: '10.0.0.7',
            at: '2026-11-21T02:00:00.000Z',
          },
        },
      ],
    });
  });

  it('has its key decoded once and keeps the raw key as the other reading', () => {
    const object = onlyObject(readEvent(sample('s3-put-key-with-plus-and-space')));
    expect(object.key).toBe('tenants/a/totals 2026+11.csv');
    expect(object.otherReading).toBe('tenants/a/totals+2026%2B11.csv');
  });

  it('has no other reading where the encoding changes nothing', () => {
    expect(onlyObject(readEvent(put))).not.toHaveProperty('otherReading');
  });

  it.each(['null', null, '', 7, absent])('has no version where versionId is %j', (versionId) => {
    const envelope = putWith('s3.object.versionId', versionId);
    expect(onlyObject(envelope)).not.toHaveProperty('versionId');
  });

  it('loses the quotes of its ETag', () => {
    expect(onlyObject(putWith('s3.object.eTag', '"abc-2"')).etag).toBe('abc-2');
    expect(onlyObject(putWith('s3.object.eTag', '""'))).not.toHaveProperty('etag');
  });

  it.each([0, 5_497_558_138_880])('keeps a size of %d', (size) => {
    expect(onlyObject(putWith('s3.object.size', size)).sizeBytes).toBe(size);
  });

  it.each([
    ['s3.object.size', 'sizeBytes', ['12', -1, 1.5, null, absent]],
    ['s3.object.eTag', 'etag', [12, '', null, absent]],
    ['s3.object.sequencer', 'sequencer', [12, '', {}, absent]],
    ['awsRegion', 'region', [12, '', [], absent]],
  ])('is not lost over an odd or absent %s', (path, property, values) => {
    for (const value of values) {
      const object = onlyObject(putWith(path, value));
      expect(object.key).toBe('tenants/a/part-0.parquet');
      expect(object).not.toHaveProperty(property);
    }
  });

  it.each(['userIdentity', 'requestParameters', 'responseElements', 'eventTime'])(
    'is not lost without %s',
    (name) => {
      for (const value of [absent, null, 'x', 3]) {
        expect(onlyObject(putWith(name, value)).key).toBe('tenants/a/part-0.parquet');
      }
    },
  );

  it.each(['2001:db8::7', 'emr.example.internal'])(
    'keeps a source address that is no IPv4: %s',
    (address) => {
      const { writer } = onlyObject(putWith('requestParameters.sourceIPAddress', address));
      expect(writer?.sourceIp).toBe(address);
    },
  );

  it.each(['2.0', '2.1', '2.6', '2.99', '2'])(
    'is read under version %s: minor versions only add',
    (version) => {
      expect(putWith('eventVersion', version).kind).toBe('objects');
    },
  );

  it.each([
    ['3.0', '"3.0"'],
    ['20.1', '"20.1"'],
    ['2x', '"2x"'],
    [2.1, 'number'],
    [absent, 'nothing'],
  ])('is malformed under version %j, whose shape nobody here knows', (version, found) => {
    expect(putWith('eventVersion', version)).toEqual({
      kind: 'malformed',
      why: `Records[0].eventVersion: found ${found}, expected major version 2`,
    });
  });

  it.each([
    ['s3.object.key', 7, 'Records[0].s3.object.key: found number, expected a non-empty string'],
    ['s3.object.key', '', 'Records[0].s3.object.key: found an empty string, expected a non-empty string'],
    ['s3.object', absent, 'Records[0].s3.object.key: found nothing, expected a non-empty string'],
    ['s3.bucket.name', null, 'Records[0].s3.bucket.name: found null, expected a non-empty string'],
    ['s3', [], 'Records[0].s3.bucket.name: found nothing, expected a non-empty string'],
    ['s3.object.key', 'a%ZZ', 'Records[0].s3.object.key: found "a%ZZ", expected form-urlencoded UTF-8'],
    [
      's3.object.key',
      'a\uD83D',
      'Records[0].s3.object.key: found "a\\ud83d", expected Unicode text without lone surrogates',
    ],
  ])('is malformed where %s is %j, and says so', (path, value, why) => {
    expect(putWith(path, value)).toEqual({ kind: 'malformed', why });
  });
});

describe('the name of an event', () => {
  it.each(['Put', 'Post', 'Copy', 'CompleteMultipartUpload', 'SomethingNew'])(
    'ObjectCreated:%s is a write, with or without s3: before it',
    (kind) => {
      for (const prefix of ['', 's3:']) {
        const object = onlyObject(putWith('eventName', `${prefix}ObjectCreated:${kind}`));
        expect(object.change).toBe('write');
        expect(object.writer?.event).toBe(`ObjectCreated:${kind}`);
      }
    },
  );

  it.each([
    'ObjectRemoved:Delete',
    's3:ObjectRemoved:DeleteMarkerCreated',
    'ObjectTagging:Put',
    'ObjectAcl:Put',
    'ObjectRestore:Completed',
    'LifecycleTransition',
    'LifecycleExpiration:Delete',
    'IntelligentTiering',
    'Replication:OperationMissedThreshold',
    'ReducedRedundancyLostObject',
    'ObjectAnnotation:Put',
    'ObjectRetention:Put',
  ])('%s is ignored by its name, whatever else the record lacks', (eventName) => {
    const event = { Records: [{ eventSource: 'aws:s3', eventVersion: '2.6', eventName }] };
    expect(readEvent(event)).toEqual({
      kind: 'ignored',
      why: expect.stringMatching(new RegExp(`^"${eventName.replace('s3:', '')}": \\w`)),
    });
  });

  it.each(['ObjectRenamed:Put', 'objectcreated:Put', 'ObjectCreatedX', 'constructor', '__proto__'])(
    '%s is in no documented family and could be a write, so it is malformed',
    (eventName) => {
      expect(putWith('eventName', eventName)).toEqual({
        kind: 'malformed',
        why: `Records[0].eventName: found "${eventName}", expected an event name that S3 documents (an unknown one could be a write)`,
      });
    },
  );

  it('is required', () => {
    expect(putWith('eventName', absent)).toEqual({
      kind: 'malformed',
      why: 'Records[0].eventName: found nothing, expected a non-empty string',
    });
  });
});

describe('the source of a record', () => {
  it('decides the reading of the key: Ceph sends keys as they are', () => {
    const object = onlyObject(readEvent(sample('ceph-unencoded-key')));
    expect(object.key).toBe('tenants/a/a b+ü.txt');
    expect(object.otherReading).toBe('tenants/a/a b ü.txt');
    expect(object).not.toHaveProperty('versionId');
    expect(object).not.toHaveProperty('region');
  });

  it('leaves a Ceph key that could not be decoded without another reading', () => {
    const object = onlyObject(
      readEvent(changed(sample('ceph-unencoded-key'), 'Records.0.s3.object.key', '100%ZZ')),
    );
    expect(object.key).toBe('100%ZZ');
    expect(object).not.toHaveProperty('otherReading');
  });

  it('of another store that speaks like S3 is malformed: its keys may be encoded otherwise', () => {
    expect(putWith('eventSource', 'minio:s3')).toEqual({
      kind: 'malformed',
      why: 'Records[0].eventSource: found "minio:s3", expected "aws:s3" or "ceph:s3"',
    });
  });

  it('is told where it is another service', () => {
    expect(putWith('eventSource', 'aws:dynamodb')).toEqual({
      kind: 'ignored',
      why: 'a record of another service, "aws:dynamodb"',
    });
  });

  it.each([
    [absent, 'nothing'],
    [null, 'null'],
    [1, 'number'],
  ])('is malformed where it is %j: the record could be a write', (source, found) => {
    expect(putWith('eventSource', source)).toEqual({
      kind: 'malformed',
      why: `Records[0].eventSource: found ${found}, expected "aws:s3"`,
    });
  });

  it('is malformed where a queue event reached the reader of direct events, for ignoring it would lose the batch', () => {
    expect(readEvent(sample('sqs-s3-put'))).toEqual({
      kind: 'malformed',
      why: 'Records[0].eventSource: found "aws:sqs", expected an S3 or SNS record; a queue event is read message by message',
    });
  });
});
