import { readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { runPlan } from '../../src/queue/run-plan.ts';
import { openStore } from '../../src/store/open-store.ts';
import { planStudy } from '../../src/study/plan-study.ts';
import { parseStudy } from '../../src/study/study-spec.ts';

// A program that plans and runs a real study: `<workspace> <study file> <workers>`. Prints the steps' ids as JSON.

const [workspace, file, workers] = process.argv.slice(2);
const base = dirname(file!);
const plan = await planStudy(parseStudy(parse(readFileSync(file!, 'utf8')), file!), base, undefined);
const store = await openStore(workspace!, `run of ${file}`);
const { steps } = await runPlan(plan.steps, store, {
  workers: Number(workers),
  threads: 1,
  device: 'cpu',
  base,
  runner: fileURLToPath(new URL('./run-step.js', import.meta.url)),
});
await store.close();
console.log(JSON.stringify(steps.map((step) => step.id)));
for (const { label, failure } of steps) if (failure !== null) console.error(`${label}: ${failure.message}`);
if (steps.some((step) => step.state !== 'done')) process.exitCode = 1;
