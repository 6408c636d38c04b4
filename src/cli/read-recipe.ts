import { dirname, resolve } from 'node:path';
import type { DataSpec } from '../data/data-spec.ts';
import { longForm } from '../data/resolve-data-spec.ts';
import { type FamilyName, families } from '../models/index.ts';
import { parseRecipe, type RecipeSpec, recipeSpec } from '../study/recipe-spec.ts';
import { dataArgument } from './data-argument.ts';
import { applyOverrides, type Override } from './overrides.ts';
import { readYamlFile } from './read-yaml.ts';
import type { Terminal } from './terminal.ts';
import { checkingUsage, usageError } from './usage-error.ts';

/** Updates where neither a recipe nor the command line says how many. */
const STEPS = 3000;

export interface RecipeFile {
  readonly recipe: RecipeSpec;
  /** The folder that relative paths start from. */
  readonly base: string;
}

const trainingKeys = Object.keys(recipeSpec.shape.training.shape);

/**
 * The recipe of a file, or of a family's name alone. `key=value` sets its keys; keys of `training` and options of the
 * family need no prefix: `steps=3000 latent=8`.
 */
export function readRecipe(
  written: string,
  data: string | undefined,
  overrides: readonly Override[],
  terminal: Terminal,
): RecipeFile {
  const isFamily = Object.hasOwn(families, written);
  if (!isFamily && /^[\w-]+$/.test(written))
    throw usageError('pretrain', 'unknown-name', {
      kind: 'model family',
      received: written,
      allowed: Object.keys(families),
      where: 'or a recipe file',
    });
  const path = resolve(terminal.directory, written);
  const base = isFamily ? terminal.directory : dirname(path);
  const given = (isFamily ? { name: written, family: written } : readYamlFile(path, 'recipe')) as Record<
    string,
    unknown
  >;
  return checkingUsage('pretrain', () => {
    const ownData = overrides.find(({ key }) => key === 'data')?.value ?? data;
    const rest = overrides.filter(({ key }) => key !== 'data');
    const start = {
      ...given,
      ...(ownData === undefined ? {} : { data: fromHere(ownData, terminal) }),
      training: trainingOf(given.training, rest),
    };
    const family = families[given.family as FamilyName] as { schema: { shape: object } } | undefined;
    const set = applyOverrides(
      start,
      rest.map((override) => ({ ...override, key: fullKey(override.key, family?.schema.shape ?? {}) })),
    );
    if ((set as { data?: unknown }).data === undefined)
      throw usageError('pretrain', 'missing-argument', {
        command: 'graft pretrain',
        argument: '--data SET',
        meaning: 'what the model is trained on',
      });
    return { recipe: parseRecipe(set, isFamily ? 'command line' : written), base };
  });
}

/** Steps and epochs exclude each other: the one that is set takes the other's place. */
function trainingOf(given: unknown, overrides: readonly Override[]): Record<string, unknown> {
  const training = { ...(given as Record<string, unknown> | undefined) };
  const sets = (name: string) => overrides.some(({ key }) => key === name || key === `training.${name}`);
  if (sets('steps')) delete training.epochs;
  if (sets('epochs')) delete training.steps;
  const known = sets('steps') || sets('epochs') || 'steps' in training || 'epochs' in training;
  return known ? training : { ...training, steps: STEPS };
}

function fullKey(key: string, familyOptions: object): string {
  const first = key.split('.')[0]!;
  if (Object.hasOwn(recipeSpec.shape, first)) return key;
  if (trainingKeys.includes(first)) return `training.${key}`;
  if (Object.hasOwn(familyOptions, first)) return `model.${key}`;
  throw usageError('pretrain', 'unknown-name', {
    kind: 'setting',
    received: first,
    allowed: [...Object.keys(recipeSpec.shape), ...trainingKeys, ...Object.keys(familyOptions)],
    where: 'graft pretrain',
  });
}

/** A data set of the command line, whose relative path starts from the folder of the call and not from the recipe's. */
function fromHere(written: string, terminal: Terminal): DataSpec {
  const spec = longForm(dataArgument(written, [], terminal, '--data'));
  return spec.path === undefined ? spec : { ...spec, path: resolve(terminal.directory, spec.path) };
}
