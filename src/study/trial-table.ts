import type { Measurement } from './measurement.ts';
import { findMeasurement, measurementId } from './measurement-key.ts';
import type { TrialResult } from './trial-result.ts';

/** A trial's result with the id of the step that made it. */
export interface FinishedTrial {
  readonly step: string;
  readonly result: TrialResult;
}

/** What a comparison must know of a row of the matrix. */
export interface ComparedTechnique {
  readonly label: string;
  /** Name in the registry of techniques. */
  readonly name: string;
  /** False where it adapts nothing: its result then holds for every budget. */
  readonly trains: boolean;
}

/** The matrix as it was planned. */
export interface Matrix {
  readonly models: readonly string[];
  readonly techniques: readonly ComparedTechnique[];
  /** Ascending. */
  readonly budgets: readonly number[];
  readonly seeds: readonly number[];
}

/** One trial's value of a metric, with where it comes from. */
export interface TrialValue {
  readonly seed: number;
  readonly value: number;
  /** Id of the measurement. */
  readonly id: string;
  readonly measurement: Measurement;
  readonly trial: FinishedTrial;
}

/** A place of the matrix without its seeds. */
export interface Place {
  readonly model: string;
  readonly technique: string;
  readonly budget: number;
}

/** Looks up finished trials by their place in the matrix. */
export interface TrialTable {
  readonly matrix: Matrix;
  readonly trials: readonly FinishedTrial[];
  /**
   * The trial that stands in a cell. A technique that adapts nothing may have been run at one budget for all, and with
   * one seed for all: its only result then stands everywhere.
   */
  trial(place: Place, seed: number): FinishedTrial | undefined;
  /** Finite values of a metric over the seeds of a place, in the order of the seeds. */
  values(place: Place, metric: string, on: string): TrialValue[];
}

export function trialTable(matrix: Matrix, trials: readonly FinishedTrial[]): TrialTable {
  const key = (model: string, technique: string, budget: number, seed: number) =>
    JSON.stringify([model, technique, budget, seed]);
  const byCell = new Map(
    trials.map((trial) => {
      const { model, technique, budget, seed } = trial.result.cell;
      return [key(model, technique, budget, seed), trial];
    }),
  );
  const unchanged = new Set(matrix.techniques.filter(({ trains }) => !trains).map(({ label }) => label));
  const trial = ({ model, technique, budget }: Place, seed: number): FinishedTrial | undefined => {
    const found = byCell.get(key(model, technique, budget, seed));
    if (found !== undefined || !unchanged.has(technique)) return found;
    const all = trials.filter(({ result: { cell } }) => cell.model === model && cell.technique === technique);
    return all.length === 1 ? all[0] : all.find(({ result: { cell } }) => cell.seed === seed);
  };
  return {
    matrix,
    trials,
    trial,
    values: (place, metric, on) =>
      matrix.seeds.flatMap((seed) => {
        const found = trial(place, seed);
        const measurement = found && findMeasurement(found.result, metric, on);
        if (found === undefined || measurement === undefined || !Number.isFinite(measurement.value))
          return [];
        const id = measurementId(found.step, measurement);
        return [{ seed, value: measurement.value, id, measurement, trial: found }];
      }),
  };
}

/** Places of the matrix in the order of tables: model, budget, technique. */
export function places({ models, techniques, budgets }: Matrix): Place[] {
  return models.flatMap((model) =>
    budgets.flatMap((budget) => techniques.map(({ label }) => ({ model, technique: label, budget }))),
  );
}
