import { describe, expect, it } from 'vitest';
import { readConfiguration } from '../../src/emr/read-configuration.ts';
import { renderReading } from './read-render.ts';

const said = (text: string): string[] =>
  renderReading(readConfiguration(text, 'run.sh')).split('\n').slice(0, -1);

const NOTHING =
  'note [emr/no-s3-encryption] nothing that takes effect here is about S3 encryption: the bucket’s default decides, unless another file does  @ -';

describe('a variable among the words of a call of aws emr', () => {
  it.each([
    ['before an option', 'aws emr create-cluster $MORE --name lake', 24],
    ['before a word', 'aws emr create-cluster $MORE lake', 24],
    ['after the value of an option', 'aws emr create-cluster --name lake $MORE', 36],
    ['after an option with its value in one word and a word', 'aws emr create-cluster --name=a b $MORE', 35],
    ['before the name of the service', 'aws $MORE emr create-cluster', 5],
    ['before the name of the command', 'aws emr $MORE create-cluster', 9],
  ])('may hold more options, so it is told: %s', (_where, command, column) => {
    // The first line makes the text a script that calls the CLI, whatever the second one is.
    expect(said(`aws emr list-clusters\n${command}`)).toEqual([
      `warning [emr/not-followed] "$MORE" is not followed: what is put there may hold more options  @ 2:${column}`,
      NOTHING,
    ]);
  });

  it.each([
    'aws emr create-cluster --name $NAME --log-uri $LOGS',
    'aws emr create-cluster --name "$NAME"',
    'aws emr create-cluster --name=$NAME',
    'aws --profile $PROFILE emr create-cluster',
  ])('is the value of the option before it: %s', (command) => {
    expect(said(`aws emr list-clusters\n${command}`)).toEqual([NOTHING]);
  });
});
