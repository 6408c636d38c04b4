import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { dataContext } from '../../data/data-context.ts';
import { prepareData } from '../../data/prepare-data.ts';
import { loadCheckpoint, saveCheckpoint } from '../../models/checkpoint.ts';
import { formatDuration } from '../../report/format-quantity.ts';
import { summarize } from '../../statistics/summarize.ts';
import type { StepRecord } from '../../store/step-record.ts';
import { makeStep } from '../../study/make-step.ts';
import type { RecipeSpec } from '../../study/recipe-spec.ts';
import type { RecipeResult } from '../../study/run-recipe.ts';
import type { RecipeInputs } from '../../study/run-step.ts';
import { STEP_VERSION } from '../../study/step-inputs.ts';
import { defineCommand } from '../command.ts';
import { computeOptions } from '../compute-options.ts';
import { dataForm } from '../data-argument.ts';
import { readRecipe } from '../read-recipe.ts';
import { checkModelFolder, checkReplacedModels, failureOf, runSteps } from '../run-steps.ts';
import { showNumber } from '../show-number.ts';
import { shownPath, studyOptions, workerCount } from '../study-options.ts';
import type { Terminal } from '../terminal.ts';
import { usageError } from '../usage-error.ts';

export const pretrain = defineCommand({
  name: 'pretrain',
  summary: 'train a model from nothing and save it as a checkpoint',
  description:
    'Trains a model of a family on a data set, as options or a recipe file say, and measures it on held-out data. Several seeds are trained side by side into seed-1, seed-2, ... of the folder. Stopped or killed, it goes on where it was when it is run again.',
  arguments: [
    {
      name: 'FAMILY|RECIPE',
      summary: 'a model family (vae, diffusion, transformer, …) or a recipe file',
      required: true,
    },
  ],
  options: {
    data: { kind: 'text', value: 'SET', summary: dataForm },
    out: { kind: 'text', short: 'o', value: 'FOLDER', summary: 'where the checkpoint goes (needed)' },
    force: { kind: 'flag', summary: 'replace another model that is in the folder of --out' },
    json: { kind: 'flag', summary: 'print the results as one JSON object' },
    workers: studyOptions.workers,
    ...computeOptions,
  },
  overrides:
    'keys of the recipe: steps=3000 batch=64 learningRate=0.001 latent=16 seeds=3 evaluation.part=test',
  examples: [
    { line: 'graft pretrain vae --data mnist --out my-vae steps=3000', does: 'a variational autoencoder' },
    {
      line: 'graft pretrain examples/recipes/nanogpt-cpu.yaml --out nanogpt',
      does: "nanoGPT's configuration for a CPU, three seeds",
    },
    {
      line: 'graft pretrain examples/recipes/vae-mnist.yaml --out vae-mnist',
      does: "pythae's recipe, 500 epochs",
    },
  ],
  stopsInOrder: true,
  async run({ arguments: [written], options, overrides }, terminal) {
    if (options.out === undefined)
      throw usageError('pretrain', 'missing-argument', {
        command: 'graft pretrain',
        argument: '--out FOLDER',
        meaning: 'where the checkpoint goes',
      });
    const { recipe, base } = readRecipe(written!, options.data, overrides, terminal);
    const out = resolve(terminal.directory, options.out);
    checkModelFolder(out);
    const prepared = await prepareData(recipe.data, dataContext(base, terminal.environment.GRAFT_DATA), {
      where: 'data',
    });
    const seeds =
      typeof recipe.seeds === 'number' ? Array.from({ length: recipe.seeds }, (_, i) => i + 1) : recipe.seeds;
    const steps = seeds.map((seed) => recipeStep(recipe, seed, prepared.name, prepared.hash));
    const folderOf = (i: number) => (seeds.length === 1 ? out : join(out, `seed-${seeds[i]}`));
    if (!options.force)
      checkReplacedModels(
        out,
        steps.map(({ id }, i) => ({ step: id, to: folderOf(i) })),
      );
    const { threads, device } = options;
    const { records, interrupted, directory } = await runSteps(
      steps,
      {
        title: recipe.name,
        out,
        command: `graft pretrain ${written}`,
        base,
        workers: Math.min(workerCount(options.workers, threads), steps.length),
        threads,
        device,
        describe: (record) => scoreText(record.result as unknown as RecipeResult),
      },
      terminal,
    );
    if (interrupted && terminal.signal.aborted) {
      terminal.say('Stopped. Run it again to go on.');
      return 130;
    }
    const results = records.flatMap((record, i) => {
      if (record.state !== 'done') return [];
      const to = folderOf(i);
      copyCheckpoint(join(directory(record.id), 'checkpoint'), to);
      return [{ folder: to, result: record.result as unknown as RecipeResult }];
    });
    if (options.json) terminal.out(JSON.stringify({ recipe, results, mean: meansOf(results) }, null, 2));
    else printResults(results, recipe.training.keep, terminal);
    const failure = failureOf(records as readonly StepRecord[]);
    if (failure !== undefined) throw failure;
    return 0;
  },
});

function recipeStep(recipe: RecipeSpec, seed: number, data: string, hash: string) {
  // The other seeds do not change this one's result.
  const inputs: RecipeInputs = {
    version: STEP_VERSION,
    recipe: { ...recipe, seeds: 1 },
    seed,
    dataHash: hash,
  };
  const estimate = { flops: 1, memory: 0, disk: 0 };
  return makeStep('pretrain', `${recipe.family} on ${data}, seed ${seed}`, [], inputs, estimate);
}

function copyCheckpoint(from: string, to: string): void {
  saveCheckpoint(to, loadCheckpoint(from), readFileSync(join(from, 'README.md'), 'utf8'));
}

interface Trained {
  readonly folder: string;
  readonly result: RecipeResult;
}

/** Every number of a result by what it is. */
function numbersOf(result: RecipeResult): [string, number, string][] {
  const { best, wholePart, estimate, measurements, distance } = result;
  return [
    distance === undefined
      ? ['best validation loss', best.validation, '']
      : ['best validation', best.validation, distance],
    ...(wholePart === undefined
      ? []
      : [
          [
            `mean loss over the whole ${measurements[0]?.split ?? 'held-out'} part`,
            wholePart.loss,
            `nats per token, ${showNumber(wholePart.tokens)} tokens`,
          ] as [string, number, string],
        ]),
    ...(estimate === undefined
      ? []
      : [
          [`mean loss of ${estimate.batches} batches of random windows`, estimate.loss, 'nats per token'] as [
            string,
            number,
            string,
          ],
        ]),
    ...measurements.map(({ metric, split, value, unit, kind, features }): [string, number, string] => [
      `${metric} (${split ?? 'held out'}${features === undefined ? '' : `, ${features.network}`})`,
      value,
      kind === undefined ? unit : `${unit}, ${kind}`,
    ]),
  ];
}

function scoreText(result: RecipeResult): string {
  return numbersOf(result)
    .slice(0, 3)
    .map(([what, value]) => `${what} ${showNumber(value)}`)
    .join(', ');
}

/** Mean and standard deviation over seeds of every number. */
function meansOf(results: readonly Trained[]): Record<string, { mean: number; deviation: number | null }> {
  if (results.length === 0) return {};
  const lists = results.map(({ result }) => numbersOf(result));
  return Object.fromEntries(
    lists[0]!.map(([what], i) => {
      const values = lists.map((list) => list[i]![1]);
      const { mean, standardDeviation } = summarize(values);
      return [what, { mean, deviation: standardDeviation }];
    }),
  );
}

function printResults(results: readonly Trained[], keep: 'best' | 'last', terminal: Terminal): void {
  for (const { folder, result } of results) {
    terminal.out(
      `${shownPath(folder, terminal)}  seed ${result.seed}, ${showNumber(result.steps)} updates in ${formatDuration(result.seconds)}; kept: ${keep === 'last' ? 'the last' : `the best by validation, update ${showNumber(result.best.step)}`}`,
    );
    for (const [what, value, unit] of numbersOf(result))
      terminal.out(`  ${what}  ${showNumber(value)}${unit === '' ? '' : `  ${unit}`}`);
  }
  if (results.length < 2) return;
  terminal.out(`mean of ${results.length} seeds`);
  for (const [what, { mean, deviation }] of Object.entries(meansOf(results)))
    terminal.out(`  ${what}  ${showNumber(mean)}  (standard deviation ${showNumber(deviation ?? 0)})`);
}
