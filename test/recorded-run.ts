import { runProgram } from '../src/cli/run-program.ts';
import type { Terminal } from '../src/cli/terminal.ts';

/** What a command line gave: for tests, which run commands in their own process. */
export interface RecordedRun {
  readonly code: number;
  /** Results, as on stdout. */
  readonly out: string;
  /** Messages, as on stderr. */
  readonly said: string;
}

/** Runs a command line in a folder, without colours, 100 columns wide, and records what it writes. */
export async function recordedRun(
  line: readonly string[],
  directory: string,
  environment: Readonly<Record<string, string>> = {},
  signal: AbortSignal = new AbortController().signal,
): Promise<RecordedRun> {
  let [out, said] = ['', ''];
  const terminal: Terminal = {
    directory,
    environment,
    out: (text) => {
      out += `${text}\n`;
    },
    say: (text) => {
      said += `${text}\n`;
    },
    draw: (text) => {
      said += text;
    },
    screen: { columns: 100, live: false, colour: { results: false, messages: false } },
    signal,
    killSignal: new AbortController().signal,
    now: () => performance.now(),
  };
  const code = await runProgram(line, terminal);
  return { code, out, said };
}
