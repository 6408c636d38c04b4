import type { StepContext, StepEvent } from '../study/step.ts';
import type { Terminal } from './terminal.ts';

/** The context of a step that runs in this process and trains nothing. */
export function inProcessContext(
  directory: string,
  { threads, device }: Pick<StepContext, 'threads' | 'device'>,
  terminal: Terminal,
): StepContext {
  let phase = '';
  const emit = (event: StepEvent): void => {
    if (event.type === 'progress' && event.phase !== phase) {
      phase = event.phase;
      terminal.say(`${phase} ...`);
    } else if (event.type === 'warning') terminal.say(`warning: ${event.text}`);
  };
  return {
    directory,
    dependency: () => {
      throw new Error('an evaluation needs no other step');
    },
    now: () => terminal.now(),
    emit,
    signal: terminal.signal,
    base: terminal.directory,
    threads,
    device,
    earlier: { wall: 0, cpu: 0 },
  };
}
