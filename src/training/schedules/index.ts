import { constant } from './constant.ts';
import { cosine } from './cosine.ts';
import { cyclical } from './cyclical.ts';
import { exponential } from './exponential.ts';
import { inverseSquareRoot } from './inverse-square-root.ts';
import { linear } from './linear.ts';
import { linearWarmup } from './linear-warmup.ts';
import { multistep } from './multistep.ts';
import { oneCycle } from './one-cycle.ts';
import { polynomial } from './polynomial.ts';
import { reduceOnPlateau } from './reduce-on-plateau.ts';
import type { Schedule } from './schedule.ts';
import { slantedTriangular } from './slanted-triangular.ts';
import { step } from './step.ts';
import { warmRestarts } from './warm-restarts.ts';

/** The learning-rate schedules by the names that study files use. */
export const schedules = {
  constant,
  'linear-warmup': linearWarmup,
  linear,
  step,
  multistep,
  exponential,
  polynomial,
  cosine,
  'warm-restarts': warmRestarts,
  'one-cycle': oneCycle,
  cyclical,
  'slanted-triangular': slantedTriangular,
  'inverse-square-root': inverseSquareRoot,
  'reduce-on-plateau': reduceOnPlateau,
} satisfies Record<string, Schedule>;

export type ScheduleName = keyof typeof schedules;
