#!/usr/bin/env node
import { loadCommand, runProgram } from './run-program.ts';
import { processTerminal } from './terminal.ts';

/** The program `graft`. */
async function main(): Promise<void> {
  const words = process.argv.slice(2);
  const stop = new AbortController();
  const terminal = processTerminal(stop.signal);
  // A reader that has seen enough (`graft data ls | head`) is no error.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(141);
    throw error;
  });
  const inOrder = await loadCommand(words[0] ?? '').then(
    (command) => command.stopsInOrder === true,
    () => false,
  );
  const interrupt = (): void => {
    if (stop.signal.aborted || !inOrder) process.exit(130);
    stop.abort();
    terminal.say('\nStopping; Ctrl-C again ends at once.');
  };
  process.on('SIGINT', interrupt);
  process.on('SIGTERM', interrupt);
  process.exitCode = await runProgram(words, terminal);
}

await main();
