import { GraftError, isGraftError, throwIfInterrupted } from '../errors.ts';
import type { Weights } from '../models/model.ts';
import { copyPart, setWeights } from '../models/weights.ts';
import { microBatches } from './batch-source.ts';
import { chooseCriterion } from './choose-criterion.ts';
import { type ConvergenceState, hasConverged, observeLook, unobserved } from './convergence.ts';
import type { MutableWeights } from './draft-update.ts';
import type { Look } from './look.ts';
import { averagedWeights, createPlayerRunners, type PlayerRunner } from './player-runner.ts';
import type { ScheduleState } from './schedules/schedule.ts';
import { createSchedule } from './schedules/schedule-spec.ts';
import type { Stage, StageRecord } from './stage.ts';
import { stageSteps } from './stage-steps.ts';
import { createTally } from './tally.ts';
import type { TrainOptions, TrainResult } from './train-options.ts';
import {
  restoreRunners,
  snapshotArrays,
  snapshotWeights,
  type TrainingSnapshot,
  trainedNames,
} from './training-snapshot.ts';

/** A copy of what training changes. */
const mutable = (weights: Weights, trained: ReadonlySet<string>): MutableWeights => {
  const { parameters, state } = copyPart(weights, trained);
  return { parameters: { ...parameters }, state: { ...state } };
};

/**
 * The one training loop. It knows stages (which layers, how long), players (whose turn) and looks at validation;
 * techniques, metrics and models reach it only as data. Everything random comes from the stream by update number, so
 * that a run that goes on from a snapshot gives the same bits as one that was never stopped.
 */
export async function train(options: TrainOptions): Promise<TrainResult> {
  const { model, stages, steps, resume } = options;
  const { flopsLimit = Infinity } = options;
  // How much of the run is over, in the measure that all runs are given the same of.
  const elapsed = () => Math.max(counted / flopsLimit, step / steps);
  const lookNumber = () => Math.floor(elapsed() * Math.max(1, options.looks) + 1e-9);
  /** Batches of the source in one update. */
  const parts = microBatches(options.accumulate ?? 1, options.source);
  // Large models of which little is trained are not held many times: what no stage trains is shared.
  const trained = trainedNames(model, stages);
  const weights = mutable(
    resume ? snapshotWeights(resume, 'weights', options.start) : options.start,
    trained,
  );
  let best = resume?.best ?? { step: 0, validation: Infinity };
  const bestWeights = resume
    ? snapshotWeights(resume, 'best', options.start)
    : copyPart(options.start, trained);
  const looks: Look[] = [...(resume?.looks ?? [])];
  const records: StageRecord[] = [...(resume?.stages ?? [])];
  let step = resume?.step ?? 0;
  let flops = resume?.flops ?? 0;
  let counted = resume?.counted ?? 0;
  let trainedParameters = resume?.trainedParameters ?? 0;
  const tally = createTally(resume?.sinceLook);
  let converged = false;
  const several = model.players.length > 1;
  /** Validation of the weights that a stage begins with, as far as it was looked at. */
  let handedOn = Infinity;

  const criterion = await chooseCriterion(options);
  try {
    for (
      let index = resume?.stage ?? 0;
      index < stages.length && step < steps && counted < flopsLimit;
      index++
    ) {
      const stage = stages[index]!;
      const resumed = resume !== undefined && index === resume.stage ? resume : undefined;
      const start = resumed?.stageStart ?? step;
      const last = index === stages.length - 1;
      const runners = await createRunners(stage, weights);
      const total = (of: 'wholeFlops' | 'preparationFlops') =>
        runners.reduce((sum, runner) => sum + runner[of] * (of === 'wholeFlops' ? runner.repeats : 1), 0);
      // What a run that goes on computes again has been counted.
      if (resumed === undefined) flops += total('preparationFlops');
      const stageStartCounted = resumed?.stageStartCounted ?? counted;
      const room = {
        all: Math.min(steps, flopsLimit / total('wholeFlops')),
        left: Math.min(steps - start, Math.floor((flopsLimit - stageStartCounted) / total('wholeFlops'))),
      };
      // What is left does not pay for an update of this stage. The first stage makes one in any case.
      if (room.left < 1 && step > 0) {
        for (const runner of runners) await runner.dispose();
        break;
      }
      const length = stageSteps(stage, last, room);
      const end = start + length;
      const endsRun = last || length >= room.left;
      const plan = createSchedule(stage.schedule ?? options.schedule, {
        steps: end - start,
        ...(options.source.stepsPerEpoch === undefined
          ? {}
          : { stepsPerEpoch: options.source.stepsPerEpoch / parts }),
      });
      let schedule: ScheduleState = resumed?.schedule ?? plan.start;
      let convergence: ConvergenceState = resumed?.convergence ?? unobserved;
      try {
        if (resumed !== undefined) restoreRunners(runners, resumed);
        trainedParameters = Math.max(
          trainedParameters,
          runners.reduce((n, r) => n + r.trainedCount, 0),
        );
        const look = async (rate: number): Promise<boolean> => {
          const current = averagedWeights(weights, runners);
          const validation = await lookAt(current, rate, index);
          if (!Number.isFinite(validation))
            throw new GraftError('not-finite', {
              what: `the validation loss at update ${step}`,
              hint: 'A lower learning rate may help.',
            });
          schedule = plan.observe(schedule, validation);
          convergence = observeLook(options.convergence, convergence, validation);
          if (validation < best.validation) {
            best = { step, validation };
            setWeights(bestWeights, current);
          }
          return hasConverged(options.convergence, convergence);
        };
        if (looks.length === 0) await look(options.learningRate * plan.setting(0, schedule).rateFactor);
        else if (resumed === undefined) convergence = observeLook(options.convergence, convergence, handedOn);
        converged = false;
        while (step < end) {
          const looked = lookNumber();
          const { rateFactor, momentum } = plan.setting(step - start, schedule);
          const rate = options.learningRate * rateFactor;
          for (const runner of runners)
            for (let repeat = 0; repeat < runner.repeats; repeat++) {
              const draws = options.stream
                .child('noise')
                .child(step)
                .child(model.players.indexOf(runner.player));
              const loss = await runner.gradient(
                step * runner.repeats + repeat,
                repeat === 0 ? draws : draws.child(`repeat ${repeat}`),
              );
              flops += runner.flops;
              counted += runner.wholeFlops;
              if (!Number.isFinite(loss))
                throw new GraftError('not-finite', {
                  what: `the training loss ${several ? `of the ${runner.player.name} ` : ''}at update ${step + 1}`,
                  hint: 'A lower learning rate may help.',
                });
              runner.optimiser.step(rate * runner.rate, momentum === undefined ? {} : { momentum });
              runner.average?.update();
              if (several) tally.addTerms({ [`${runner.player.name} loss`]: loss, ...runner.terms() });
              else {
                tally.add(loss);
                tally.addTerms(runner.terms());
              }
            }
          step++;
          options.onStep?.(step, Math.round(step / elapsed()));
          // The end of a stage alone is no reason to look: all runs get the same number of looks to choose from.
          if (lookNumber() > looked || (step === end && endsRun)) {
            converged = await look(rate);
            if (converged && stage.length.kind === 'convergence') break;
          }
          // Not at a stage's end, whose record and hand-over would be missing from it.
          if (
            step < end &&
            options.onSnapshot !== undefined &&
            (options.signal?.aborted || options.wantsSnapshot?.())
          )
            await options.onSnapshot(
              snapshot({ stage: index, start, stageStartCounted, runners, schedule, convergence }),
            );
          throwIfInterrupted(options.signal, 'training');
        }
        records.push({
          name: stage.name,
          layers: stage.layers,
          from: start,
          to: step,
          note: runners.map(({ note, player }) => (several ? `${player.name}: ${note}` : note)).join('; '),
        });
        const final = copyPart(averagedWeights(weights, runners), trained);
        // A stage that trains until convergence hands on the best weights so far.
        const handsOnBest = stage.length.kind === 'convergence';
        handedOn = handsOnBest ? best.validation : looks.at(-1)!.validation;
        Object.assign(weights, mutable(handsOnBest ? bestWeights : final, trained));
      } finally {
        for (const runner of runners) await runner.dispose();
      }
    }
    if (looks.at(-1)?.step !== step) await lookAtEnd();
  } catch (error) {
    // What a run that diverged has cost is not lost.
    if (isGraftError(error, 'not-finite'))
      throw new GraftError('not-finite', { ...error.facts, flops }, { cause: error });
    throw error;
  } finally {
    await criterion.dispose();
  }
  return {
    weights: options.keep === 'best' ? bestWeights : copyPart(weights, trained),
    looks,
    unit: criterion.unit,
    stages: records,
    best,
    steps: step,
    flops,
    trainedParameters,
    converged: stages.length === 0 || (converged && records.length === stages.length),
  };

  /** A look outside of any stage: at a run without updates (source-only), or where no next stage fitted in. */
  async function lookAtEnd(): Promise<void> {
    const validation = await lookAt(weights, 0, Math.max(0, records.length - 1));
    if (!(validation < best.validation)) return;
    best = { step, validation };
    setWeights(bestWeights, weights);
  }

  /** Measures weights and records it; fails where there is no number. */
  async function lookAt(at: Weights, learningRate: number, stage: number): Promise<number> {
    const { value, terms } = await criterion.evaluate(at, options.stream.child('validation'));
    const all = { ...tally.terms(), ...terms };
    const entry: Look = {
      step,
      flops,
      training: criterion.isLoss ? tally.loss() : null,
      validation: value,
      ...(Object.keys(all).length === 0 ? {} : { terms: all }),
      learningRate,
      stage,
    };
    looks.push(entry);
    options.onLook?.(entry);
    tally.clear();
    return value;
  }

  function createRunners(stage: Stage, into: MutableWeights): Promise<PlayerRunner[]> {
    return createPlayerRunners(model, new Set(stage.layers), into, options.source, {
      optimiser: options.optimiser,
      rates: stage.rates ?? {},
      averageDecay: options.averageDecay,
      averageWarmUp: options.averageWarmUp ?? false,
      stated: options.stated,
      microBatches: parts,
      losses: options.losses ?? [],
      recompute: options.recompute ?? false,
      threads: options.threads,
      device: options.device,
      memoryLimit: options.memoryLimit,
      ...(options.signal === undefined ? {} : { signal: options.signal }),
    });
  }

  function snapshot(at: {
    stage: number;
    start: number;
    stageStartCounted: number;
    runners: readonly PlayerRunner[];
    schedule: ScheduleState;
    convergence: ConvergenceState;
  }): TrainingSnapshot {
    const { start, runners, ...rest } = at;
    return {
      ...rest,
      step,
      stageStart: start,
      flops,
      counted,
      trainedParameters,
      looks: [...looks],
      stages: [...records],
      sinceLook: tally.state(),
      best,
      updates: runners.map(({ optimiser, average }) => ({
        optimiser: optimiser.updates,
        average: average?.updates ?? 0,
      })),
      arrays: snapshotArrays(weights, bestWeights, runners, trained),
    };
  }
}
