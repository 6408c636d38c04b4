import { createColors } from 'picocolors';

/** What a command sees of the world it is called from. */
export interface Terminal {
  /** The folder that relative paths start from. */
  readonly directory: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Writes a result (stdout), with a line end. */
  out(text: string): void;
  /** Writes a message (stderr), with a line end. */
  say(text: string): void;
  /** Writes to stderr as it is, for displays that are redrawn. */
  draw(text: string): void;
  readonly screen: Screen;
  /** Aborts on Ctrl-C; the other one on a second Ctrl-C. */
  readonly signal: AbortSignal;
  readonly killSignal: AbortSignal;
  /** Milliseconds of a clock that never goes back. */
  now(): number;
}

export interface Screen {
  /** Columns of stderr. */
  readonly columns: number;
  /** Stderr is a terminal that can be redrawn. */
  readonly live: boolean;
  /** Where colours may be used: in results (stdout), in messages (stderr). */
  readonly colour: { readonly results: boolean; readonly messages: boolean };
}

export type Colours = ReturnType<typeof createColors>;

/** Colours for messages, or none where the screen shows none. */
export const messageColours = ({ screen }: Terminal): Colours => createColors(screen.colour.messages);
/** Colours for results, or none where the screen shows none. */
export const resultColours = ({ screen }: Terminal): Colours => createColors(screen.colour.results);

/** The terminal of this process. Colours follow NO_COLOR and FORCE_COLOR. */
export function processTerminal(signals: Pick<Terminal, 'signal' | 'killSignal'>): Terminal {
  const { env, stdout, stderr } = process;
  const capable = env.TERM !== 'dumb';
  const coloured = (isTerminal: boolean | undefined): boolean =>
    !env.NO_COLOR && (Boolean(env.FORCE_COLOR) || (isTerminal === true && capable));
  return {
    directory: process.cwd(),
    environment: env,
    out: (text) => void stdout.write(`${text}\n`),
    say: (text) => void stderr.write(`${text}\n`),
    draw: (text) => void stderr.write(text),
    screen: {
      get columns() {
        // Some pseudo-terminals say 0.
        return stderr.columns || stdout.columns || 100;
      },
      live: stderr.isTTY === true && capable,
      colour: { results: coloured(stdout.isTTY), messages: coloured(stderr.isTTY) },
    },
    ...signals,
    now: () => performance.now(),
  };
}
