import { describe, expect, it } from 'vitest';
import { readBody, readEvent } from '../../src/intake/read-body.ts';
import { absent, changed, onlyObject, sample } from './sample.ts';

const created = sample('eventbridge-object-created');
const createdWith = (path: string, value: unknown) => readEvent(changed(created, path, value));
const rekeyed = sample('cloudtrail-update-object-encryption');
const rekeyedWith = (path: string, value: unknown) => readEvent(changed(rekeyed, path, value));
const VERSION = '3sL4kqtJlcpXroDTDmJ-rmSpXd3dIbrHY-MTRCxf3vjVBH40Nr8X8gdRQBpUMLUo';

describe('an S3 event by way of EventBridge', () => {
  it('becomes the object that was written, with everything the event tells of it', () => {
    expect(onlyObject(readEvent(created))).toEqual({
      bucket: 'acme-lake',
      key: 'tenants/a/part-0.parquet',
      versionId: VERSION,
      change: 'write',
      region: 'eu-west-1',
      sizeBytes: 1048576,
      etag: '9b2cf535f27731c974343645a3985328',
      sequencer: '006920A1B2C3D4E5F6',
      writer: {
        event: 'Object Created:PutObject',
        principal: '111122223333',
        sourceIp: '10.0.0.7',
        at: '2026-11-21T02:00:00Z',
      },
    });
  });

  it('has its key taken as it stands, and the form-decoded key as the other reading', () => {
    const object = onlyObject(readEvent(sample('eventbridge-key-with-percent')));
    expect(object.key).toBe('tenants/a/100%25+done.csv');
    expect(object.otherReading).toBe('tenants/a/100% done.csv');
  });

  it('has no other reading where the key could not be form-decoded', () => {
    const object = onlyObject(createdWith('detail.object.key', '100%'));
    expect(object.key).toBe('100%');
    expect(object).not.toHaveProperty('otherReading');
  });

  it('is a write without a reason too', () => {
    expect(onlyObject(createdWith('detail.reason', absent)).writer?.event).toBe('Object Created');
  });

  it.each(['1.0', '1.2', '1.99', '0', absent])('is read under event-version %j', (version) => {
    expect(createdWith('detail.event-version', version).kind).toBe('objects');
  });

  it('is read without either version', () => {
    const bare = changed(changed(created, 'detail.event-version', absent), 'detail.version', absent);
    expect(readEvent(bare).kind).toBe('objects');
  });

  it.each([
    ['2.0', '"2.0"'],
    ['10.1', '"10.1"'],
    [1.2, 'number'],
    [null, 'null'],
  ])('is malformed under event-version %j', (version, found) => {
    expect(createdWith('detail.event-version', version)).toEqual({
      kind: 'malformed',
      why: `detail.event-version: found ${found}, expected major version 0 or 1`,
    });
  });

  it('is held to detail.version where it has no event-version', () => {
    const old = changed(changed(created, 'detail.event-version', absent), 'detail.version', '2');
    expect(readEvent(old)).toEqual({
      kind: 'malformed',
      why: 'detail.version: found "2", expected major version 0 or 1',
    });
  });

  it.each([
    'Object Deleted',
    'Object Restore Initiated',
    'Object Restore Completed',
    'Object Restore Expired',
    'Object Storage Class Changed',
    'Object Access Tier Changed',
    'Object ACL Updated',
    'Object Tags Added',
    'Object Tags Deleted',
    'Object Annotation Created',
    'Object Annotation Removed',
    'Object Retention Updated',
    'AWS Service Event via CloudTrail',
  ])('%s is ignored', (type) => {
    expect(createdWith('detail-type', type)).toEqual({
      kind: 'ignored',
      why: expect.stringMatching(new RegExp(`^"${type}": \\w`)),
    });
  });

  it.each(['Object Renamed', 'object created', '__proto__'])(
    '%s is no documented type and could be a write, so it is malformed',
    (type) => {
      expect(createdWith('detail-type', type)).toEqual({
        kind: 'malformed',
        why: `detail-type: found "${type}", expected an event name that S3 documents (an unknown one could be a write)`,
      });
    },
  );

  it('of another service is ignored', () => {
    expect(createdWith('source', 'aws.ec2')).toEqual({
      kind: 'ignored',
      why: 'an event of another service, "aws.ec2"',
    });
  });

  it.each([
    ['source', absent, 'source: found nothing, expected a non-empty string'],
    ['detail-type', 3, 'detail-type: found number, expected a non-empty string'],
    ['detail', absent, 'detail.bucket.name: found nothing, expected a non-empty string'],
    ['detail.object.key', '', 'detail.object.key: found an empty string, expected a non-empty string'],
    ['detail.bucket.name', {}, 'detail.bucket.name: found object, expected a non-empty string'],
  ])('is malformed where %s is %j', (path, value, why) => {
    expect(createdWith(path, value)).toEqual({ kind: 'malformed', why });
  });
});

describe('UpdateObjectEncryption by way of CloudTrail', () => {
  it('becomes a re-key, without a sequencer', () => {
    expect(onlyObject(readEvent(rekeyed))).toEqual({
      bucket: 'acme-lake',
      key: 'tenants/a/part-0.parquet',
      versionId: VERSION,
      change: 're-key',
      region: 'eu-west-1',
      writer: {
        event: 'UpdateObjectEncryption',
        principal: 'AROAEXAMPLEID0000002:ana',
        sourceIp: '10.0.0.9',
        at: '2026-11-21T03:15:00Z',
      },
    });
  });

  const TIME = '2026-11-21T03:15:07Z';

  it.each([absent, '', 7, 'garbage', 'garbage 7', '2026-02-30T00:00:00Z'])(
    'whose eventTime is %j has the time of the event around it',
    (eventTime) => {
      const event = changed(changed(rekeyed, 'detail.eventTime', eventTime), 'time', TIME);
      expect(onlyObject(readEvent(event)).writer?.at).toBe(TIME);
      expect(onlyObject(readBody(JSON.stringify(event))).writer?.at).toBe(TIME);
    },
  );

  it('keeps a time that nobody can read where the event around it has no better one, and makes none up', () => {
    const without = (eventTime: unknown, time: unknown) =>
      onlyObject(readEvent(changed(changed(rekeyed, 'detail.eventTime', eventTime), 'time', time))).writer;
    expect(without('garbage', absent)?.at).toBe('garbage');
    expect(without('garbage', 'yesterday')?.at).toBe('garbage');
    expect(without(absent, 'yesterday')).not.toHaveProperty('at');
    expect(without(absent, absent)).not.toHaveProperty('at');
  });

  it('has its key taken as it stands', () => {
    const object = onlyObject(rekeyedWith('detail.requestParameters.key', 'a+b%20c'));
    expect(object.key).toBe('a+b%20c');
    expect(object.otherReading).toBe('a b c');
  });

  it.each(['requestParameters', 'responseElements'])(
    'finds the version under x-amz-version-id in %s',
    (part) => {
      const unnamed = changed(rekeyed, 'detail.requestParameters.versionId', 'null');
      const filled = part === 'requestParameters' ? unnamed : changed(unnamed, 'detail.responseElements', {});
      expect(onlyObject(readEvent(changed(filled, `detail.${part}.x-amz-version-id`, 'v9'))).versionId).toBe(
        'v9',
      );
    },
  );

  it('names no version where the call named none', () => {
    const envelope = rekeyedWith('detail.requestParameters.versionId', absent);
    expect(onlyObject(envelope)).not.toHaveProperty('versionId');
  });

  it('names the caller by ARN where there is no principal id', () => {
    const { writer } = onlyObject(rekeyedWith('detail.userIdentity.principalId', absent));
    expect(writer?.principal).toBe('arn:aws:sts::111122223333:assumed-role/migration/ana');
  });

  it.each([
    ['errorCode', 'AccessDenied'],
    ['errorMessage', 'Access Denied'],
  ])('that failed by its %s changed nothing and is ignored', (name, text) => {
    expect(rekeyedWith(`detail.${name}`, text)).toEqual({
      kind: 'ignored',
      why: `UpdateObjectEncryption failed with "${text}" and changed nothing`,
    });
  });

  it('that has an empty error did not fail', () => {
    expect(rekeyedWith('detail.errorCode', null).kind).toBe('objects');
  });

  it('is malformed without a key', () => {
    expect(rekeyedWith('detail.requestParameters', null)).toEqual({
      kind: 'malformed',
      why: 'detail.requestParameters.bucketName: found nothing, expected a non-empty string',
    });
  });

  it.each([
    [
      'eventName',
      'PutObject',
      '"PutObject": of the recorded API calls only UpdateObjectEncryption is audited',
    ],
    ['eventSource', 'kms.amazonaws.com', 'an API call of another service, "kms.amazonaws.com"'],
  ])('is the only call audited: %s %s is ignored', (name, value, why) => {
    expect(rekeyedWith(`detail.${name}`, value)).toEqual({ kind: 'ignored', why });
  });

  it.each(['eventName', 'eventSource'])('is malformed where %s is missing', (name) => {
    expect(rekeyedWith(`detail.${name}`, absent)).toEqual({
      kind: 'malformed',
      why: `detail.${name}: found nothing, expected a non-empty string`,
    });
  });
});
