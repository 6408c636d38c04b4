import { nearest } from '../errors.ts';
import type { Command, Invocation } from './command.ts';
import type { OptionSpec, OptionTable, OptionValues } from './option.ts';
import { usageError } from './usage-error.ts';

/** `key=value`, where the key is dotted: `training.steps=100`, `models.0.latent=8`. */
const override = /^([A-Za-z_][\w-]*(?:\.[\w-]+)*)=(.*)$/s;

const isOverride = (word: string): boolean => override.test(word);

/** Options that every command has. */
export const commonOptions = {
  help: { kind: 'flag', short: 'h', summary: 'show this help' },
} satisfies OptionTable;

export interface Parsed extends Invocation {
  readonly help: boolean;
}

/** Reads a command's arguments. What it does not know is a usage error that names the nearest option. */
export function parseCommandLine(command: Command, words: readonly string[]): Parsed {
  const table: OptionTable = { ...command.options, ...commonOptions };
  const values: Record<string, boolean | number | string | string[] | undefined> = {};
  for (const [name, spec] of Object.entries(table))
    values[name] =
      spec.kind === 'flag'
        ? false
        : spec.kind === 'list'
          ? []
          : 'fallback' in spec
            ? spec.fallback
            : undefined;
  const given: string[] = [];
  const overrides: { key: string; value: string }[] = [];
  const others: Record<string, string> = {};
  const left = [...words];
  const isOption = (word: string | undefined) => word !== undefined && /^-(-|[A-Za-z])/.test(word);

  while (left.length > 0) {
    const word = left.shift()!;
    if (word === '--') {
      given.push(...left.splice(0));
    } else if (isOption(word)) {
      takeOption(word);
    } else {
      const match = override.exec(word);
      if (match === null) given.push(word);
      else overrides.push({ key: match[1]!, value: match[2]! });
    }
  }
  const help = values.help as boolean;
  if (!help) {
    checkArguments(command, given);
    if (overrides.length > 0 && command.overrides === undefined)
      throw usageError(command.name, 'invalid-value', {
        what: 'an argument',
        received: `${overrides[0]!.key}=${overrides[0]!.value}`,
        allowed: 'no key=value here',
      });
  }
  return { arguments: given, options: values as OptionValues<OptionTable>, overrides, others, help };

  function takeOption(word: string): void {
    const [, dashes, name, attached] = /^(--?)([^=]*)(?:=(.*))?$/s.exec(word)!;
    const known =
      dashes === '--'
        ? Object.hasOwn(table, name!)
          ? name!
          : undefined
        : Object.keys(table).find((key) => table[key]!.short === name);
    if (known === undefined) {
      takeUnknown(word, dashes!, name!, attached);
      return;
    }
    const spec = table[known]!;
    if (spec.kind === 'flag') {
      if (attached !== undefined && attached !== 'true' && attached !== 'false')
        throw usageError(command.name, 'invalid-value', {
          what: `--${known}`,
          received: attached,
          allowed: 'no value',
        });
      values[known] = attached !== 'false';
    } else if (spec.kind === 'list') {
      const list = values[known] as string[];
      if (attached !== undefined) list.push(attached);
      else {
        if (left.length === 0 || isOption(left[0])) throw missing(known, spec);
        while (left.length > 0 && !isOption(left[0]) && !isOverride(left[0]!)) list.push(left.shift()!);
      }
    } else {
      const text = attached ?? (isOption(left[0]) ? undefined : left.shift());
      if (text === undefined) throw missing(known, spec);
      values[known] = readValue(command.name, known, spec, text);
    }
  }

  function takeUnknown(word: string, dashes: string, name: string, attached: string | undefined): void {
    if (command.openOptions !== undefined && dashes === '--' && name !== '') {
      const text = attached ?? (isOption(left[0]) ? undefined : left.shift());
      const known = Object.keys(table);
      if (text === undefined && nearest(name, known) === undefined)
        throw usageError(command.name, 'missing-argument', {
          command: `graft ${command.name}`,
          argument: `a value behind ${word}`,
          meaning: command.openOptions.form,
        });
      if (text !== undefined) {
        others[name] = text;
        return;
      }
    }
    throw usageError(command.name, 'unknown-name', {
      kind: 'option',
      received: word.replace(/=.*$/s, ''),
      allowed: Object.keys(table).map((key) => `--${key}`),
      where: `graft ${command.name}`,
    });
  }

  function missing(name: string, spec: OptionSpec) {
    return usageError(command.name, 'missing-argument', {
      command: `graft ${command.name}`,
      argument: `a value behind --${name}`,
      meaning: spec.summary,
    });
  }
}

function readValue(
  command: string,
  name: string,
  spec: Exclude<OptionSpec, { kind: 'flag' } | { kind: 'list' }>,
  text: string,
): string | number {
  if (spec.kind === 'text') return text;
  if (spec.kind === 'choice') {
    if (spec.choices.includes(text)) return text;
    throw usageError(command, 'unknown-name', {
      kind: `value of --${name}`,
      received: text,
      allowed: spec.choices,
      where: `graft ${command}`,
    });
  }
  const value = Number(text);
  const { least = Number.NEGATIVE_INFINITY, whole = false } = spec;
  if (text.trim() === '' || !Number.isFinite(value) || value < least || (whole && !Number.isInteger(value)))
    throw usageError(command, 'invalid-value', {
      what: `--${name}`,
      received: text,
      allowed: `a ${whole ? 'whole ' : ''}number${Number.isFinite(least) ? ` from ${least} on` : ''}`,
    });
  return value;
}

function checkArguments(command: Command, given: readonly string[]): void {
  const specs = command.arguments;
  const required = specs.filter((spec) => spec.required).length;
  if (given.length < required) {
    const lacking = specs[given.length]!;
    throw usageError(command.name, 'missing-argument', {
      command: `graft ${command.name}`,
      argument: lacking.name,
      meaning: lacking.summary,
    });
  }
  if (given.length > specs.length && specs.at(-1)?.many !== true)
    throw usageError(command.name, 'invalid-value', {
      what: 'an argument',
      received: given[specs.length]!,
      allowed: specs.length === 0 ? 'none' : `${specs.map((spec) => spec.name).join(' ')} alone`,
    });
}
