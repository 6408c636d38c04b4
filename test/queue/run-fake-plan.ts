import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { isGraftError } from '../../src/errors.ts';
import { listenForInterruption } from '../../src/queue/interruption.ts';
import { runPlan } from '../../src/queue/run-plan.ts';
import { openStore } from '../../src/store/open-store.ts';
import type { Step } from '../../src/study/step.ts';

// A program like `graft run`, over a fake plan. Its exit code: 0 all done, 1 something failed, 2 an error, 130 Ctrl-C.

const [workspace, planFile, workers] = process.argv.slice(2);
const interruption = listenForInterruption();
try {
  const store = await openStore(workspace!, `fake run in ${workspace}`);
  try {
    const plan = JSON.parse(readFileSync(planFile!, 'utf8')) as Step[];
    const { steps, interrupted } = await runPlan(plan, store, {
      workers: Number(workers),
      threads: 1,
      device: 'cpu',
      base: workspace!,
      runner: fileURLToPath(new URL('./fake-step.js', import.meta.url)),
      signal: interruption.signal,
      killSignal: interruption.killSignal,
      onAction: (action) => {
        if (action.type === 'started' || action.type === 'finished') console.log(action.type, action.id);
      },
    });
    const complete = steps.every((step) => step.state === 'done');
    process.exitCode = interrupted ? (interruption.exitCode() ?? 1) : complete ? 0 : 1;
  } finally {
    await store.close();
  }
} catch (error) {
  if (!isGraftError(error)) throw error;
  console.error(error.message);
  process.exitCode = 2;
}
interruption.dispose();
