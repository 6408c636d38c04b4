import {
  initialProgress,
  type Progress,
  type ProgressAction,
  reduceProgress,
  type ShownStep,
  secondsLeft,
} from '../queue/progress.ts';
import { formatDuration } from '../report/format-quantity.ts';
import type { Leader } from './leader.ts';
import { showNumber } from './show-number.ts';
import { textWidth } from './table-text.ts';
import { type Colours, messageColours, type Terminal } from './terminal.ts';

/** Milliseconds between two pictures of a live display. */
const INTERVAL = 150;
const BAR = 24;

export interface ProgressDisplay {
  act(action: ProgressAction): void;
  /** Who is ahead, and by what a finished trial is described. */
  lead(leader: Leader | undefined): void;
  /** Ends the display; what it showed last is taken away. */
  end(): void;
}

/**
 * Shows how a plan goes: on a terminal a picture that is redrawn, elsewhere a line for every finished step.
 *
 * @param describe what a finished step came to, in a few words
 */
export function progressDisplay(
  title: string,
  terminal: Terminal,
  describe: (id: string) => string | undefined,
): ProgressDisplay {
  return terminal.screen.live ? liveDisplay(title, terminal) : lineDisplay(terminal, describe);
}

function lineDisplay(terminal: Terminal, describe: (id: string) => string | undefined): ProgressDisplay {
  let progress = initialProgress;
  return {
    act(action) {
      progress = reduceProgress(progress, action);
      const { counts, steps } = progress;
      const total = steps.size;
      const ended = counts.done + counts.failed + counts.reused;
      if (action.type === 'finished') {
        const left = secondsLeft(progress, action.at);
        const what = describe(action.id);
        terminal.say(
          `[${ended}/${total}] ${steps.get(action.id)?.label ?? action.id}${what === undefined ? '' : `: ${what}`}${left === undefined || left < 1 ? '' : ` (about ${formatDuration(left)} left)`}`,
        );
      } else if (action.type === 'failed') {
        terminal.say(
          `[${ended}/${total}] FAILED ${steps.get(action.id)?.label ?? action.id}: ${action.failure.message}`,
        );
      } else if (action.type === 'put-back' && !progress.stopping) {
        terminal.say(`again: ${steps.get(action.id)?.label ?? action.id}: ${action.reason}`);
      } else if (action.type === 'event' && action.event.type === 'warning') {
        terminal.say(`warning: ${steps.get(action.id)?.label ?? action.id}: ${action.event.text}`);
      } else if (action.type === 'warning') {
        terminal.say(`warning: ${action.text}`);
      }
    },
    lead() {},
    end() {},
  };
}

function liveDisplay(title: string, terminal: Terminal): ProgressDisplay {
  const colours = messageColours(terminal);
  let progress = initialProgress;
  let leader: Leader | undefined;
  let clock = 0;
  let seen = 0;
  let height = 0;
  const erase = () => {
    if (height > 0) terminal.draw(`\u001b[${height}A\u001b[0J`);
    height = 0;
  };
  const draw = () => {
    // The actions' clock may be another one than the terminal's: it goes on by the terminal's.
    const at = clock + (terminal.now() - seen);
    const lines = progressLines(title, progress, leader, at, terminal.screen.columns, colours);
    erase();
    terminal.draw(`${lines.join('\n')}\n`);
    height = lines.length;
  };
  /** What stays on the screen. */
  const lastingText = (action: ProgressAction): string | undefined => {
    if (action.type === 'warning') return `${colours.yellow('warning')} ${action.text}`;
    if (action.type !== 'failed') return undefined;
    const label = progress.steps.get(action.id)?.label ?? action.id;
    return `${colours.red('failed')} ${label}: ${action.failure.message}`;
  };
  const timer = setInterval(draw, INTERVAL);
  timer.unref();
  return {
    act(action) {
      progress = reduceProgress(progress, action);
      if ('at' in action) {
        clock = action.at;
        seen = terminal.now();
      }
      const text = lastingText(action);
      if (text === undefined) return;
      erase();
      terminal.say(text);
      draw();
    },
    lead(next) {
      leader = next;
    },
    end() {
      clearInterval(timer);
      erase();
    },
  };
}

/** The lines of a live display, each at most `columns` wide. */
export function progressLines(
  title: string,
  progress: Progress,
  leader: Leader | undefined,
  at: number,
  columns: number,
  colours: Colours,
): string[] {
  const { counts, steps, workers, startedAt, stopping } = progress;
  const total = steps.size;
  const ended = counts.done + counts.failed + counts.reused;
  const filled = total === 0 ? 0 : Math.round((BAR * ended) / total);
  const bar = colours.green('█'.repeat(filled)) + colours.dim('░'.repeat(BAR - filled));
  const left = secondsLeft(progress, at);
  const head = [
    `${colours.bold(title)}  ${bar}  ${showNumber(ended)} of ${showNumber(total)} steps`,
    ...(counts.failed > 0 ? [colours.red(`${counts.failed} failed`)] : []),
    `${formatDuration(Math.max(0, at - startedAt) / 1000)} gone`,
    stopping
      ? 'stopping: running steps save what they have'
      : left === undefined
        ? 'time left not known yet'
        : // Predictions end before their steps do.
          left < 1
          ? 'nearly done'
          : `about ${formatDuration(left)} left`,
  ].join(' · ');
  const running = workers.map((id, i) => {
    const step = id === null ? undefined : steps.get(id);
    return `  ${colours.dim(String(i + 1))} ${step === undefined ? colours.dim('waits') : runningText(step, at, columns - 5)}`;
  });
  const lead =
    leader === undefined
      ? []
      : [
          `  ${colours.dim('ahead so far')} ${leader.technique}: ${leader.metric} ${showNumber(leader.mean)} ${leader.unit} (mean of ${leader.seeds} with ${showNumber(leader.budget)} items)`,
        ];
  const note = progress.notes.at(-1);
  const notes = note?.warning ? [`  ${colours.yellow('warning')} ${note.text}`] : [];
  return [head, ...running, ...lead, ...notes].map((line) => cutLine(line, columns - 1));
}

/** Characters of a step's label that stay, however narrow the terminal. */
const LEAST_LABEL = 24;

function runningText(
  { label, phase, validation, terms, startedAt }: ShownStep,
  at: number,
  width: number,
): string {
  const seconds = startedAt === undefined ? '' : `  ${formatDuration((at - startedAt) / 1000)}`;
  const doing =
    phase === undefined
      ? '  starts'
      : phase.name.startsWith('measuring')
        ? `  ${phase.name}`
        : `  ${phase.name} ${showNumber(phase.done)}/${showNumber(phase.total)}`;
  const value = validation === undefined ? '' : `  validation ${showNumber(validation)}`;
  // Behind the time: a narrow terminal cuts them off.
  const further = Object.entries(terms ?? {}).map(([name, term]) => `${name} ${showNumber(term)}`);
  // A long name of data must not push out what moves.
  const room = Math.max(LEAST_LABEL, width - textWidth(`${doing}${value}${seconds}`));
  return `${cutLine(label, room)}${doing}${value}${seconds}${further.length === 0 ? '' : `  ${further.join(', ')}`}`;
}

/** Cuts a line to a width; colour codes take no room and are kept. */
function cutLine(line: string, width: number): string {
  if (textWidth(line) <= width) return line;
  let out = '';
  let used = 0;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: colour codes are kept whole
  for (const part of line.split(/(\u001b\[[0-9;]*m)/)) {
    if (part.startsWith('\u001b')) {
      out += part;
      continue;
    }
    for (const character of part) {
      const size = textWidth(character);
      if (used + size > width - 1) {
        if (used < width) out += '…';
        used = width;
        break;
      }
      out += character;
      used += size;
    }
  }
  return out;
}
