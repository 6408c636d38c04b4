#!/usr/bin/env node
import { listenForInterruption } from '../queue/interruption.ts';
import { loadCommand, runProgram } from './run-program.ts';
import { processTerminal } from './terminal.ts';

/** Milliseconds that ending at once may take. */
const TO_END_AT_ONCE = 1000;

/** The program `graft`. */
async function main(): Promise<void> {
  const words = process.argv.slice(2);
  const inOrder = await loadCommand(words[0] ?? '').then(
    (command) => command.stopsInOrder === true,
    () => false,
  );
  const interruption = listenForInterruption((count) => {
    // Commands that have nothing to save end at once; the others get the time to do so, unless asked again.
    if (!inOrder || count > 2) process.exit(interruption.exitCode());
    process.stderr.write(
      count === 1 ? '\nStopping in order; Ctrl-C again ends at once.\n' : '\nEnding at once.\n',
    );
    // Workers are ended and files closed; a computation of this process itself is not waited for.
    if (count === 2) setTimeout(() => process.exit(interruption.exitCode()), TO_END_AT_ONCE).unref();
  });
  const { signal, killSignal } = interruption;
  // A reader that has seen enough (`graft data ls | head`) is no error.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(141);
    throw error;
  });
  const code = await runProgram(words, processTerminal({ signal, killSignal }));
  process.exitCode = code === 0 ? 0 : (interruption.exitCode() ?? code);
  interruption.dispose();
}

await main();
