import { expect, test } from 'vitest';
import { defineCommand } from './command.ts';
import { parseCommandLine } from './parse-command-line.ts';
import { UsageError } from './usage-error.ts';

const command = defineCommand({
  name: 'try',
  summary: '',
  description: '',
  arguments: [{ name: 'FILE', summary: 'a file', required: true }],
  options: {
    json: { kind: 'flag', summary: '' },
    out: { kind: 'text', short: 'o', value: 'FILE', summary: 'where to write' },
    steps: { kind: 'number', value: 'N', summary: '', fallback: 7, whole: true, least: 1 },
    format: { kind: 'choice', choices: ['html', 'md'], summary: '', fallback: 'html' },
    unseen: { kind: 'list', value: 'SET', summary: 'sets' },
  },
  overrides: 'settings',
  examples: [{ line: '', does: '' }],
  run: () => 0,
});

const message = (words: readonly string[]): string => {
  try {
    parseCommandLine(command, words);
  } catch (error) {
    if (error instanceof UsageError) return error.message;
    throw error;
  }
  return 'accepted';
};

test('options, arguments and key=value in any order', () => {
  const parsed = parseCommandLine(command, [
    'training.steps=100',
    '--unseen',
    'a',
    'b',
    'seeds=3',
    '--json',
    'file',
    '-o',
    'x.json',
    '--steps=3',
    'models.0.name=[1, a=b]',
  ]);
  expect(parsed.arguments).toEqual(['file']);
  expect(parsed.options).toMatchObject({
    json: true,
    out: 'x.json',
    steps: 3,
    format: 'html',
    unseen: ['a', 'b'],
  });
  expect(parsed.overrides).toEqual([
    { key: 'training.steps', value: '100' },
    { key: 'seeds', value: '3' },
    { key: 'models.0.name', value: '[1, a=b]' },
  ]);
});

test('behind -- everything is an argument, and a path with = is one too', () => {
  expect(parseCommandLine(command, ['--', '--json']).arguments).toEqual(['--json']);
  expect(parseCommandLine(command, ['./a=b']).arguments).toEqual(['./a=b']);
});

test.each([
  ['an unknown option', ['f', '--jsn'], /unknown option '--jsn'.*Did you mean '--json'/],
  ['a missing argument', ['--json'], /graft try needs FILE: a file/],
  ['a missing value', ['f', '--out'], /needs a value behind --out: where to write/],
  ['a value that is an option', ['f', '--out', '--json'], /needs a value behind --out/],
  ['a word for a number', ['f', '--steps', 'many'], /--steps is 'many'; allowed: a whole number from 1 on/],
  ['a number out of range', ['f', '--steps', '0'], /--steps is '0'/],
  ['an unknown choice', ['f', '--format', 'htm'], /unknown value of --format 'htm'.*Did you mean 'html'/],
  ['one argument too many', ['f', 'g'], /an argument is 'g'; allowed: FILE alone/],
  ['an empty list', ['f', '--unseen'], /needs a value behind --unseen: sets/],
  ['a value for a flag', ['f', '--json=maybe'], /--json is 'maybe'; allowed: no value/],
])('%s is a usage error', (_, words, wanted) => {
  expect(message(words)).toMatch(wanted);
});

test('--help asks for nothing else', () => {
  expect(parseCommandLine(command, ['--help'])).toMatchObject({ help: true });
});
