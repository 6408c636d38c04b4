import type { Command, HelpSection } from './command.ts';
import { type OptionSpec, optionForm } from './option.ts';
import { commonOptions } from './parse-command-line.ts';
import type { Colours } from './terminal.ts';

/** The line that shows a command's form: `graft plan STUDY [options] [key=value ...]`. */
export function usageLine(command: Command): string {
  const args = command.arguments.map(({ name, required, many }) => {
    const form = many ? `${name} ...` : name;
    return required ? form : `[${form}]`;
  });
  return [
    'graft',
    command.name,
    ...args,
    ...(command.openOptions === undefined ? [] : [command.openOptions.form]),
    '[options]',
    ...(command.overrides === undefined ? [] : ['[key=value ...]']),
  ].join(' ');
}

function optionRow(name: string, spec: OptionSpec): [string, string] {
  const fallback =
    'fallback' in spec && spec.fallback !== undefined && spec.fallback !== ''
      ? ` (default: ${spec.fallback})`
      : '';
  return [optionForm(name, spec), spec.summary + fallback];
}

/** The sections of a command's help, as data: printed in a terminal and written to the documentation. */
export function helpSections(command: Command, given: readonly string[] = []): HelpSection[] {
  const options: [string, string][] = [
    ...(command.openOptions === undefined
      ? []
      : ([[command.openOptions.form, command.openOptions.summary]] as [string, string][])),
    ...Object.entries({ ...command.options, ...commonOptions }).map(([name, spec]) => optionRow(name, spec)),
  ];
  return [
    ...(command.arguments.length === 0
      ? []
      : [
          {
            title: 'Arguments',
            rows: command.arguments.map(({ name, summary }) => [name, summary] as const),
          },
        ]),
    { title: 'Options', rows: options },
    ...(command.overrides === undefined
      ? []
      : [{ title: 'Settings', rows: [['key=value', command.overrides] as const] }]),
    ...(command.more?.(given) ?? []),
    { title: 'Examples', rows: command.examples.map(({ line, does }) => [line, does] as const) },
  ];
}

/** A command's help page. */
export function commandHelp(
  command: Command,
  columns: number,
  colours: Colours,
  given: readonly string[] = [],
): string {
  const width = Math.min(100, Math.max(40, columns));
  return [
    usageLine(command),
    '',
    wrap(command.description, width),
    ...helpSections(command, given).map((section) => sectionText(section, width, colours)),
  ].join('\n');
}

/** What `graft --help` shows: all commands. */
export function programHelp(
  commands: readonly Pick<Command, 'name' | 'summary'>[],
  version: string,
  columns: number,
  colours: Colours,
): string {
  const width = Math.min(100, Math.max(40, columns));
  return [
    `graft ${version}: which way of adapting which pre-trained generative model works best on your data`,
    '',
    'graft COMMAND [arguments] [options]',
    sectionText(
      { title: 'Commands', rows: commands.map(({ name, summary }) => [name, summary]) },
      width,
      colours,
    ),
    sectionText(
      {
        title: 'Options',
        rows: [
          ['-h, --help', 'this page; with a command, its own with an example'],
          ['-v, --version', 'the version'],
        ],
      },
      width,
      colours,
    ),
    '',
    'First steps: graft init, then graft run study.yaml',
  ].join('\n');
}

function sectionText({ title, rows }: HelpSection, width: number, colours: Colours): string {
  const longest = Math.max(...rows.map(([term]) => term.length));
  const column = Math.min(longest, 28) + 4;
  const lines = rows.flatMap(([term, meaning]) => {
    const text = wrap(meaning, width - column)
      .split('\n')
      .map((line) => ' '.repeat(column) + line);
    if (term.length + 4 > column) return [`  ${term}`, ...text];
    return [`  ${term.padEnd(column - 2)}${text[0]!.trimStart()}`, ...text.slice(1)];
  });
  return ['', colours.bold(title), ...lines].join('\n');
}

/** Breaks paragraphs at blanks so that lines have at most `width` characters. */
export function wrap(text: string, width: number): string {
  const paragraph = (line: string): string => {
    const lines: string[] = [];
    let current = '';
    for (const word of line.split(' ')) {
      if (current !== '' && current.length + 1 + word.length > width) {
        lines.push(current);
        current = word;
      } else current = current === '' ? word : `${current} ${word}`;
    }
    return [...lines, current].join('\n');
  };
  return text.split('\n').map(paragraph).join('\n');
}
