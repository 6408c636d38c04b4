import type { Device } from '../engine/device.ts';
import { GraftError, isGraftError } from '../errors.ts';
import type { Command } from './command.ts';
import { type CommandName, commandLoaders } from './commands/index.ts';
import { computeOptions } from './compute-options.ts';
import { commandHelp, programHelp } from './help.ts';
import { parseCommandLine } from './parse-command-line.ts';
import { messageColours, resultColours, type Terminal } from './terminal.ts';
import { UsageError, usageError } from './usage-error.ts';
import { version } from './version.ts';

/** Exit codes: done; not done; the command line is wrong; stopped by Ctrl-C. */
export const exitCodes = { done: 0, failed: 1, usage: 2, interrupted: 130 } as const;

/** Runs a command line and returns the exit code. Whatever goes wrong is said in one message. */
export async function runProgram(words: readonly string[], terminal: Terminal): Promise<number> {
  try {
    return await dispatch(words, terminal);
  } catch (error) {
    return report(error, terminal);
  }
}

async function dispatch(words: readonly string[], terminal: Terminal): Promise<number> {
  const [first, ...rest] = words;
  const asksForHelp = rest.length === 0 || rest.every((word) => word === '--help' || word === '-h');
  if (first === undefined || ((first === '--help' || first === '-h' || first === 'help') && asksForHelp)) {
    const commands = await Promise.all(Object.values(commandLoaders).map((load) => load()));
    const page = programHelp(commands, version(), terminal.screen.columns, resultColours(terminal));
    // Without a command nothing was asked for; the help is then an answer to a mistake.
    if (first === undefined) terminal.say(page);
    else terminal.out(page);
    return first === undefined ? exitCodes.usage : exitCodes.done;
  }
  if (first === '--version' || first === '-v' || first === 'version') {
    terminal.out(version());
    return exitCodes.done;
  }
  if (first === 'help') return dispatch([rest[0]!, '--help', ...rest.slice(1)], terminal);
  const command = await loadCommand(first);
  const parsed = parseCommandLine(command, rest);
  if (parsed.help) {
    const colours = resultColours(terminal);
    terminal.out(commandHelp(command, terminal.screen.columns, colours, parsed.arguments));
    return exitCodes.done;
  }
  // Before anything is planned or started.
  if (command.options.device === computeOptions.device) await requireDevice(parsed.options.device as Device);
  return command.run(parsed, terminal);
}

/** The device that a command is to compute on must be there; the CPU always is. */
async function requireDevice(device: Device): Promise<void> {
  if (device === 'cpu') return;
  const { isAvailable, noDevice } = await import('../engine/find-devices.ts');
  if (!(await isAvailable(device))) throw await noDevice(device);
}

/** The command of a name. */
export async function loadCommand(name: string): Promise<Command> {
  if (!Object.hasOwn(commandLoaders, name))
    throw usageError(undefined, 'unknown-name', {
      kind: name.startsWith('-') ? 'option' : 'command',
      received: name,
      allowed: name.startsWith('-') ? ['--help', '--version'] : Object.keys(commandLoaders),
    });
  return commandLoaders[name as CommandName]();
}

function report(error: unknown, terminal: Terminal): number {
  const colours = messageColours(terminal);
  const label = colours.red('error:');
  if (terminal.signal.aborted || isGraftError(error, 'interrupted')) {
    terminal.say(error instanceof GraftError ? error.message : 'Interrupted.');
    return exitCodes.interrupted;
  }
  if (error instanceof UsageError) {
    const { command } = error;
    terminal.say(`${label} ${error.reason.message}`);
    terminal.say(`See graft ${command === undefined ? '' : `${command} `}--help.`);
    return exitCodes.usage;
  }
  if (error instanceof GraftError) {
    terminal.say(`${label} ${error.message}`);
  } else {
    const message = error instanceof Error ? error.message : String(error);
    terminal.say(`${label} unexpected: ${message || 'an error without a message'}`);
    if (!terminal.environment.GRAFT_DEBUG)
      terminal.say('This is a fault of Graft. GRAFT_DEBUG=1 shows where it happened.');
  }
  if (terminal.environment.GRAFT_DEBUG && error instanceof Error && error.stack !== undefined)
    terminal.say(colours.dim(error.stack));
  return exitCodes.failed;
}
