import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it, test } from 'vitest';
import { bucketProperty, PROPERTIES } from '../../src/emr/properties.ts';
import { readConfiguration } from '../../src/emr/read-configuration.ts';
import { renderReading } from './read-render.ts';

const folder = new URL('../fixtures/emr/read/', import.meta.url);
const files = readdirSync(folder);
const named = (start: string): string[] =>
  files.filter((file) => file.startsWith(start) && !file.endsWith('.out'));
const text = (file: string): string => readFileSync(new URL(file, folder), 'utf8');
const read = (file: string) => readConfiguration(text(file), file);

describe('a configuration that people have', () => {
  test.each(named('ok.'))('%s is read as the file beside it says, without error', (file) => {
    expect(renderReading(read(file))).toBe(text(`${file}.out`));
    expect(read(file).problems.filter(({ level }) => level === 'error')).toEqual([]);
  });
});

describe('a configuration with a mistake', () => {
  test.each(named('bad.'))('%s is told with the problems beside it', (file) => {
    expect(renderReading(read(file))).toBe(text(`${file}.out`));
    expect(read(file).problems.some(({ level }) => level !== 'note')).toBe(true);
  });
});

it('every .out stands beside a configuration, and every file is one or the other', () => {
  const strangers = files.filter((file) => !/^(?:ok|bad)\./.test(file));
  const alone = files.filter((file) => file.endsWith('.out') && !files.includes(file.replace(/\.out$/, '')));
  expect([...strangers, ...alone]).toEqual([]);
});

it('every property of the table is read right in at least one file', () => {
  const names = named('ok.').flatMap((file) => read(file).settings.map(({ name }) => name));
  const seen = new Set(names.map((name) => bucketProperty(name)?.base ?? name));
  const missing = [...PROPERTIES.keys()].filter((name) => !seen.has(name));
  expect(missing).toEqual([]);
});

it('no credential and no key of SSE-C is in any reading', () => {
  const secrets = /never-shown|c2VjcmV0|YW5vdGhlci|1234$/m;
  const shown = files.filter((file) => !file.endsWith('.out')).map((file) => renderReading(read(file)));
  expect(shown.filter((reading) => secrets.test(reading))).toEqual([]);
});
