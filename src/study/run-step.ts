import { GraftError } from '../errors.ts';
import type { RecipeSpec } from './recipe-spec.ts';
import { runPretrain, runTune } from './run-pretrain.ts';
import { runRecipe } from './run-recipe.ts';
import { runTrial } from './run-trial.ts';
import type { Json, RunStep, Step, StepContext } from './step.ts';
import type { PretrainInputs, TrialInputs, TuneInputs } from './step-inputs.ts';
import { StudyData } from './study-data.ts';

/** Data that this process has loaded, by the folder that paths start from. */
const loaded = new Map<string, StudyData>();

function dataOf(base: string): StudyData {
  const known = loaded.get(base) ?? new StudyData(base, process.env.GRAFT_DATA);
  loaded.set(base, known);
  return known;
}

/** Inputs of a step that trains a recipe's model, with the hash of its data. */
export interface RecipeInputs {
  readonly version: number;
  readonly recipe: RecipeSpec;
  readonly seed: number;
  readonly dataHash: string;
}

const isRecipe = (inputs: unknown): inputs is RecipeInputs =>
  (inputs as Partial<RecipeInputs>).recipe !== undefined;

/** Runs any step of a study's plan. */
export const runStep: RunStep = async (step: Step, context: StepContext): Promise<Json> => {
  const data = dataOf(context.base);
  const inputs = step.inputs as unknown;
  switch (step.kind) {
    case 'pretrain':
      if (isRecipe(inputs)) return json(await runRecipe(inputs.recipe, inputs.seed, data.context, context));
      return json(await runPretrain(inputs as PretrainInputs, data, context));
    case 'tune':
      return json(await runTune(inputs as TuneInputs, data, context));
    case 'trial':
      return json(await runTrial(inputs as TrialInputs, data, context));
    default:
      throw new GraftError('invalid-value', {
        what: 'kind of a step',
        received: step.kind satisfies never,
        allowed: 'pretrain, tune or trial',
      });
  }
};

/** A result as it will be read back: plain JSON, in which no number may be missing. */
function json(value: object): Json {
  const check = (v: unknown, path: string): void => {
    if (typeof v === 'number' && !Number.isFinite(v))
      throw new GraftError('not-finite', { what: 'a number of the result', where: path });
    if (typeof v === 'object' && v !== null)
      for (const [key, child] of Object.entries(v)) check(child, `${path}.${key}`);
  };
  check(value, 'result');
  return JSON.parse(JSON.stringify(value)) as Json;
}
