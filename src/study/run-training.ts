import { join } from 'node:path';
import { isGraftError } from '../errors.ts';
import type { ExampleTable } from '../models/example-table.ts';
import type { Model, Weights } from '../models/model.ts';
import { evaluationBatch, mapExamples } from '../models/run-model.ts';
import type { Stream } from '../random.ts';
import { averageOptions } from '../training/average-spec.ts';
import { type BatchSource, epochs } from '../training/batch-source.ts';
import type { ScheduleSpec } from '../training/schedules/schedule-spec.ts';
import { readSnapshot, removeSnapshot, writeSnapshot } from '../training/snapshot-file.ts';
import type { LossTerm, Stage } from '../training/stage.ts';
import { train } from '../training/train.ts';
import type { TrainResult } from '../training/train-options.ts';
import { checkSnapshot, type TrainingSnapshot } from '../training/training-snapshot.ts';
import { type CodeUsage, codeUsage, usageNote, usageWarnings } from './code-usage.ts';
import { sampleCriterion } from './sample-criterion.ts';
import type { StepContext } from './step.ts';
import type { CriterionInput, TrainingInput } from './step-inputs.ts';

/** Milliseconds between snapshots of a training that is under way. */
const SNAPSHOT_INTERVAL = 5_000;
/** Bytes that stored activations of frozen layers may take. */
export const ACTIVATION_LIMIT = 512 * 2 ** 20;

export interface TrainingJob {
  readonly model: Model;
  readonly start: Weights;
  readonly stages: readonly Stage[];
  readonly losses?: readonly LossTerm[];
  readonly train: ExampleTable;
  /** Where batches come from, if not from epochs over `train`. */
  readonly source?: BatchSource;
  /** Default: the weights of the best look. */
  readonly keep?: 'best' | 'last';
  readonly validation: ExampleTable;
  readonly training: TrainingInput;
  /** For models whose looks compare samples with examples. */
  readonly criterion?: CriterionInput | undefined;
  readonly schedule?: ScheduleSpec;
  readonly learningRate: number;
  /** Operations that the whole run may take. */
  readonly flopsLimit?: number;
  readonly stream: Stream;
}

/** What a training left; what is to be known of it, and what went wrong in it, in sentences. */
export interface Training extends TrainResult {
  readonly notes: readonly string[];
  readonly warnings: readonly string[];
}

/**
 * Trains in a step's folder: goes on from the snapshot found there, writes one every few seconds, and reports looks
 * and progress. A damaged snapshot is said and training starts anew.
 */
export async function runTraining(job: TrainingJob, context: StepContext): Promise<Training> {
  const path = join(context.directory, 'snapshot.safetensors');
  const { training } = job;
  const resume = readBack(path, job, context);
  const criterion =
    job.criterion && (await sampleCriterion(job.model, job.validation, job.criterion, context));
  let last = context.now();
  let shown = last;
  const result = await train({
    model: job.model,
    start: job.start,
    stages: job.stages,
    ...(job.losses === undefined ? {} : { losses: job.losses }),
    source: job.source ?? epochs(job.train, training.batch, job.stream.child('order')),
    validation: job.validation,
    ...(criterion === undefined ? {} : { criterion }),
    steps: training.steps,
    looks: training.looks,
    ...(job.flopsLimit === undefined ? {} : { flopsLimit: job.flopsLimit }),
    optimiser: training.optimiser,
    learningRate: job.learningRate,
    schedule: job.schedule ?? training.schedule,
    convergence: training.convergence,
    ...averageOptions(training.average),
    stated: training.stated,
    accumulate: training.accumulate ?? 1,
    recompute: training.recompute ?? false,
    keep: job.keep ?? 'best',
    stream: job.stream,
    threads: context.threads,
    device: context.device,
    memoryLimit: ACTIVATION_LIMIT,
    ...(resume === undefined ? {} : { resume }),
    signal: context.signal,
    wantsSnapshot: () => context.now() - last > SNAPSHOT_INTERVAL,
    onSnapshot: async (snapshot) => {
      writeSnapshot(path, snapshot);
      last = context.now();
    },
    onLook: (look) =>
      context.emit({
        type: 'look',
        step: look.step,
        training: look.training,
        validation: look.validation,
        ...(look.terms === undefined ? {} : { terms: look.terms }),
      }),
    onStep: (step, total) => {
      const now = context.now();
      if (now - shown < 200) return;
      shown = now;
      context.emit({ type: 'progress', done: step, total, phase: 'training' });
    },
  });
  const usage = await usageOf(job, result.weights, context);
  const notes = usage === undefined ? [] : [usageNote(usage)];
  const warnings = [
    ...(job.model.diagnose?.(result.looks) ?? []),
    ...(usage === undefined ? [] : usageWarnings(usage)),
  ];
  for (const text of warnings) context.emit({ type: 'warning', text });
  // What was not trained stays as it is, with the density of codes that it came with.
  if (result.stages.length === 0) return { ...result, notes, warnings };
  return { ...result, notes, warnings, weights: await withCodeDensity(job, result.weights, context) };
}

/** Goes back to a snapshot, if there is a sound one. */
function readBack(path: string, job: TrainingJob, context: StepContext): TrainingSnapshot | undefined {
  const { optimiser, average, stated } = job.training;
  try {
    const snapshot = readSnapshot(path);
    if (snapshot !== undefined)
      checkSnapshot(snapshot, {
        ...job,
        optimiser,
        ...averageOptions(average),
        stated,
      });
    return snapshot;
  } catch (error) {
    if (!isGraftError(error)) throw error;
    context.emit({ type: 'warning', text: `${error.message} Training starts from its beginning.` });
    removeSnapshot(path);
    return undefined;
  }
}

/** How much of its code book the training examples use, for models that have one. */
async function usageOf(
  { model, train: examples, stream }: TrainingJob,
  weights: Weights,
  { threads, device, signal }: StepContext,
): Promise<CodeUsage | undefined> {
  if (model.codes === undefined) return undefined;
  const { entries, of } = model.codes;
  const run = { batchSize: evaluationBatch(model), threads, device, signal };
  const { data } = await mapExamples(model, weights, examples, of, stream.child('code usage'), run);
  return codeUsage(data, entries);
}

/** Fits the density of codes, for models that need one to be sampled. */
async function withCodeDensity(job: TrainingJob, weights: Weights, context: StepContext): Promise<Weights> {
  const { model } = job;
  if (model.codeDensity === undefined || model.encode === undefined) return weights;
  const codes = await mapExamples(model, weights, job.train, model.encode, job.stream.child('codes'), {
    batchSize: evaluationBatch(model),
    threads: context.threads,
    device: context.device,
    signal: context.signal,
  });
  const fitted = model.codeDensity.fit({ count: job.train.count, latent: codes.shape[0]!, data: codes.data });
  return { parameters: weights.parameters, state: { ...weights.state, ...fitted } };
}

export const removeTrainingSnapshot = (directory: string): void =>
  removeSnapshot(join(directory, 'snapshot.safetensors'));
