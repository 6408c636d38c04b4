import { join } from 'node:path';
import { checkpointSize, saveCheckpoint } from '../models/checkpoint.ts';
import { writeAdapter } from '../models/hugging-face/peft.ts';
import { layoutOf } from '../models/index.ts';
import { weightsHash } from '../models/weight-tensors.ts';
import { countParameters } from '../tensor/parameters.ts';
import { stepsToConvergence } from '../training/convergence.ts';
import { type Adapted, adapt, bestRate } from './adapt.ts';
import { measureTrial, type TrialObserver } from './measure-trial.ts';
import { modelCard } from './model-card.ts';
import { watchPeakMemory } from './peak-memory.ts';
import { removeTrainingSnapshot } from './run-training.ts';
import type { StepContext } from './step.ts';
import type { TrialInputs, TuneResult } from './step-inputs.ts';
import type { StudyData } from './study-data.ts';
import { trainingClock } from './training-clock.ts';
import type { TrialResult } from './trial-result.ts';

/**
 * One trial: adapt, keep the best weights by validation, then measure on test data once. Measuring draws from streams
 * that depend on the seed alone, so that all techniques of a seed are judged by the same codes, latents and prompts.
 */
export async function runTrial(
  inputs: TrialInputs,
  data: StudyData,
  context: StepContext,
  observer: TrialObserver = {},
): Promise<TrialResult> {
  const clock = trainingClock(context);
  const peakMemory = watchPeakMemory();
  const learningRate = chosenRate(inputs, context);
  const adapted = await adapt(inputs, learningRate, data, context);
  clock.trained();
  const { model, result } = adapted;
  const weights = result.weights;
  const measured = await measureTrial(inputs, adapted, data, context, observer);
  const checkpoint = { ...adapted.checkpoint, weights };
  saveCheckpoint(
    join(context.directory, 'checkpoint'),
    checkpoint,
    modelCard({
      title: `${inputs.labels.model}: ${inputs.labels.technique} on ${inputs.budget} items of ${inputs.target.name}`,
      checkpoint,
      facts: [
        ['Technique', inputs.labels.technique],
        ['Target', inputs.target.name],
        ['Budget', `${inputs.budget} items, validation included`],
        ['Seed', String(inputs.seed)],
        ['Updates', String(result.steps)],
        ['Learning rate', String(learningRate)],
      ],
      measurements: measured.measurements,
    }),
  );
  saveAdapter(adapted, inputs, join(context.directory, 'adapter'));
  removeTrainingSnapshot(context.directory);
  const text = adapted.encoding.kind === 'text';
  const draws = model.sampler.kind !== 'none';
  return {
    cell: { ...inputs.labels, budget: inputs.budget, seed: inputs.seed },
    learningRate,
    stages: result.stages.map(({ name, layers, from, to }) => ({ name, layers, from, to })),
    looks: result.looks,
    ...(model.criterion === 'samples' ? { criterion: 'samples' as const } : {}),
    lossUnit: result.unit,
    converged: result.converged,
    measurements: measured.measurements,
    cost: {
      trainingSeconds: clock.training().wall,
      trainingCpuSeconds: clock.training().cpu,
      measuringSeconds: clock.measuring().wall,
      steps: result.steps,
      stepsToBest: result.best.step,
      stepsToConvergence: stepsToConvergence(inputs.training.convergence, result.looks),
      peakMemory: peakMemory(),
      parameters: countParameters(model.parameters),
      trainedParameters: result.trainedParameters,
      trainingFlops: result.flops,
      ...(measured.latency === undefined ? {} : { sampleLatency: measured.latency }),
      ...(measured.throughput === undefined ? {} : { sampleThroughput: measured.throughput }),
      fileSize: checkpointSize(join(context.directory, 'checkpoint')),
    },
    files: {
      checkpoint: 'checkpoint',
      ...(draws ? { samples: text ? 'samples.json' : 'samples.png' } : {}),
      ...(text || !draws || adapted.train.encoded.table.count < 2 ? {} : { nearest: 'nearest.png' }),
      ...(model.reconstruct === undefined ? {} : { reconstructions: 'reconstructions.png' }),
    },
    notes: adapted.notes,
    warnings: [...result.warnings, ...measured.warnings],
    weightsHash: weightsHash(model, weights),
  };
}

/** Writes what was trained beside the model's weights as `peft` reads it, for families that `transformers` has. */
function saveAdapter({ model, adapter }: Adapted, inputs: TrialInputs, folder: string): void {
  const layout = layoutOf(model.family);
  if (adapter === undefined || layout === undefined) return;
  const base = inputs.model.from === 'folder' ? inputs.model.path : inputs.labels.model;
  writeAdapter(folder, model, adapter, layout, base);
}

function chosenRate({ learningRate }: TrialInputs, context: StepContext): number {
  if (typeof learningRate === 'number') return learningRate;
  return bestRate(
    learningRate.tuned,
    (step) => (context.dependency(step).result as unknown as TuneResult).validation,
  );
}
