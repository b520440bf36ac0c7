import { readFileSync } from 'node:fs';
import validator from 'asl-validator';
import { describe, expect, it } from 'vitest';
import { isObject, type Json, type JsonObject } from '../template/parse.ts';
import { at, deploy, list, properties } from '../template/stack.ts';
import { DEFINITION_URL, definition, REPORT_BUCKET, state, states, substitutions } from './definition.ts';
import { evaluate } from './expressions.ts';

const MAPS = ['AuditListing', 'AuditInventory'] as const;
const problems = (machine: JsonObject): readonly unknown[] => validator(structuredClone(machine)).errors;

const BATCH = 'arn:aws:lambda:eu-west-1:111122223333:function:ReauditBatchFunction';
const SUMMARY = 'arn:aws:lambda:eu-west-1:111122223333:function:ReauditSummaryFunction';
const child = (name: string): JsonObject => {
  const processor = at(state(definition(), name), 'ItemProcessor');
  const task = at(processor, 'States', String(at(processor, 'StartAt')));
  if (!isObject(task)) throw new Error('no child');
  return task;
};

describe('the state machine', () => {
  it('is valid Amazon States Language as deployed, in every partition', () => {
    for (const partition of ['aws', 'aws-cn', 'aws-us-gov']) {
      expect(problems(definition({}, partition))).toEqual([]);
    }
  });

  it('would be found invalid with a state that leads nowhere, so its validity tells something', () => {
    const broken = definition();
    Object.assign(state(broken, 'Summarise'), { Next: 'Nowhere' });
    expect(problems(broken)).not.toEqual([]);
  });

  it('is the file that the template deploys, with a value for each name in it and none besides', () => {
    const machine = properties(deploy({ ReportBucket: REPORT_BUCKET }), 'ReauditStateMachine');
    expect(new URL(`../../${String(machine.DefinitionUri)}`, import.meta.url).href).toBe(DEFINITION_URL.href);
    expect(machine.Type).toBe('STANDARD');
    const named = [...readFileSync(DEFINITION_URL, 'utf8').matchAll(/\$\{(\w+)\}/g)].map(([, name]) => name);
    expect([...new Set(named)].sort()).toEqual(Object.keys(substitutions()).sort());
  });

  it.each(MAPS)(
    '%s deals items out to Express children in batches with the encoding of their keys',
    (name) => {
      const map = state(definition(), name);
      expect(at(map, 'ItemProcessor', 'ProcessorConfig')).toEqual({
        Mode: 'DISTRIBUTED',
        ExecutionType: 'EXPRESS',
      });
      const batcher = at(map, 'ItemBatcher');
      expect(at(batcher, 'MaxItemsPerBatch')).toBe(1000);
      expect(Number(at(batcher, 'MaxInputBytesPerBatch'))).toBeLessThan(256 * 1024);
      expect(at(batcher, 'BatchInput', 'keyEncoding')).toBe(
        name === 'AuditListing' ? 'raw' : '{% $states.input.keyEncoding %}',
      );
    },
  );

  it.each(MAPS)('%s reads its concurrency and its tolerance from the parameters', async (name) => {
    const given = { ReauditConcurrency: '7', ReauditToleratedFailurePercentage: '3' };
    const map = state(definition(given), name);
    const nothing = { input: {}, context: {} };
    const values = [map.MaxConcurrency, map.ToleratedFailurePercentage].map((one) =>
      evaluate(one ?? null, nothing),
    );
    expect(await Promise.all(values)).toEqual([7, 3]);
  });

  it.each(MAPS)(
    '%s has its results written one a line into the folder of the run in the report bucket',
    async (name) => {
      const writer = at(state(definition(), name), 'ResultWriter');
      expect(await evaluate(writer, { input: { runId: 'r' }, context: {} })).toEqual({
        Resource: 'arn:aws:states:::s3:putObject',
        Arguments: { Bucket: REPORT_BUCKET, Prefix: 'reaudit/r/results' },
        WriterConfig: { Transformation: 'COMPACT', OutputType: 'JSONL' },
      });
    },
  );

  it.each(MAPS)('%s has no Catch, so that a failed map can be redriven', (name) => {
    expect(state(definition(), name)).not.toHaveProperty('Catch');
  });

  it.each(MAPS)(
    '%s gives each child time for every try within the five minutes of an Express execution',
    (name) => {
      const task = child(name);
      const timeout = Number(
        properties(deploy({ ReportBucket: REPORT_BUCKET }), 'ReauditBatchFunction').Timeout,
      );
      expect(Number(task.TimeoutSeconds)).toBeGreaterThan(timeout);
      const unfinished = list(task.Retry).find((one) =>
        list(at(one, 'ErrorEquals')).includes('BatchUnfinished'),
      );
      const tries = 1 + Number(at(unfinished, 'MaxAttempts'));
      const waits = Number(at(unfinished, 'MaxDelaySeconds')) * (tries - 1);
      expect(tries * timeout + waits).toBeLessThanOrEqual(300);
    },
  );

  it('invokes the two functions, and gives the summary as long as its function may take', () => {
    for (const name of MAPS) expect(at(child(name), 'Arguments', 'FunctionName')).toBe(BATCH);
    const summarise = state(definition(), 'Summarise');
    expect(at(summarise, 'Arguments', 'FunctionName')).toBe(SUMMARY);
    const timeout = Number(
      properties(deploy({ ReportBucket: REPORT_BUCKET }), 'ReauditSummaryFunction').Timeout,
    );
    expect(Number(summarise.TimeoutSeconds)).toBeGreaterThan(timeout);
  });

  it('asks for nothing that its role may not do: its resources are S3 and Lambda', () => {
    const found = JSON.stringify(states(definition())).matchAll(/"Resource":"([^"]+)"/g);
    expect([...new Set([...found].map(([, resource]) => resource))].sort()).toEqual([
      'arn:aws:states:::lambda:invoke',
      'arn:aws:states:::s3:getObject',
      'arn:aws:states:::s3:listObjectsV2',
      'arn:aws:states:::s3:putObject',
    ]);
  });
});

describe('the labels of the maps', () => {
  it('are those by which the role knows the children', () => {
    const labels: readonly Json[] = MAPS.map((name) => state(definition(), name).Label ?? null);
    expect(labels).toEqual(['Listing', 'Inventory']);
  });
});
