import type { Command } from './command.ts';
import { helpSections, usageLine } from './help.ts';

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ');

/** The documentation page of all commands, from the same table as parser and help. */
export function commandsPage(commands: readonly Command[]): string {
  return [
    '# Commands',
    '',
    'Made from the program: `graft COMMAND --help` shows the same. Results go to standard output, messages to standard',
    'error. Exit codes: 0 when everything that was asked for is done, 1 when it is not, 2 for a command line that cannot be',
    'understood, 130 after Ctrl-C. `GRAFT_DATA` names the folders of data sets, `NO_COLOR` turns colours off,',
    '`GRAFT_DEBUG=1` shows where an unexpected error happened.',
    '',
    ...commands.map(({ name, summary }) => `- [\`graft ${name}\`](#graft-${name}): ${summary}`),
    '',
    ...commands.flatMap(commandSection),
  ].join('\n');
}

function commandSection(command: Command): string[] {
  const sections = helpSections(command).filter(({ title }) => title !== 'Examples');
  return [
    `## graft ${command.name}`,
    '',
    '```sh',
    usageLine(command),
    '```',
    '',
    ...command.description.split('\n').flatMap((paragraph) => [paragraph, '']),
    ...sections.flatMap(({ title, rows }) => [
      `| ${title} | |`,
      '| --- | --- |',
      ...rows.map(([term, meaning]) => `| \`${cell(term)}\` | ${cell(meaning)} |`),
      '',
    ]),
    '```sh',
    ...command.examples.flatMap(({ line, does }) => [`# ${does}`, line]),
    '```',
    '',
  ];
}
