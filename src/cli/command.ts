import type { OptionTable, OptionValues } from './option.ts';
import type { Terminal } from './terminal.ts';

/** What stands on a command line without a dash or an equals sign. */
export interface ArgumentSpec {
  /** STUDY */
  readonly name: string;
  readonly summary: string;
  readonly required: boolean;
  /** Takes all further arguments, too. */
  readonly many?: boolean;
}

/** An example of the help page: what to type, and what that does. */
export interface Example {
  readonly line: string;
  readonly does: string;
}

/** A command line as parsed. */
export interface Invocation<O extends OptionTable = OptionTable> {
  readonly arguments: readonly string[];
  readonly options: OptionValues<O>;
  /** `key=value` as written, in order. */
  readonly overrides: readonly { readonly key: string; readonly value: string }[];
  /** Options that the table does not have, for commands with `openOptions`. */
  readonly others: Readonly<Record<string, string>>;
}

/** A section of a help page: terms and what they mean. */
export interface HelpSection {
  readonly title: string;
  readonly rows: readonly (readonly [string, string])[];
}

/** A command of the program, as data. */
export interface Command<O extends OptionTable = OptionTable> {
  readonly name: string;
  /** One line of the list of commands. */
  readonly summary: string;
  /** What it does, in a paragraph or two. */
  readonly description: string;
  readonly arguments: readonly ArgumentSpec[];
  readonly options: O;
  /** What `key=value` sets; absent: the command takes none. */
  readonly overrides?: string;
  /** Takes `--name value` beyond the table; what they may be is in words. */
  readonly openOptions?: { readonly form: string; readonly summary: string };
  readonly examples: readonly [Example, ...Example[]];
  /** Ends its work in order when the terminal's signal aborts; without it, Ctrl-C ends the program at once. */
  readonly stopsInOrder?: boolean;
  /** Further sections of help, given the arguments: the options of one metric. */
  readonly more?: (args: readonly string[]) => readonly HelpSection[];
  /** Returns the exit code: 0 only when everything that was asked for is done. */
  run(invocation: Invocation<O>, terminal: Terminal): Promise<number> | number;
}

/** Types a command by its options. */
export function defineCommand<const O extends OptionTable>(command: Command<O>): Command {
  return command as unknown as Command;
}
