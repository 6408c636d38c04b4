import type { z } from 'zod';
import { GraftError } from '../../errors.ts';
import type { Model } from '../model.ts';
import { importedAutoencoder } from './imported-autoencoder.ts';
import { importedGenerator } from './imported-generator.ts';
import { importedNextToken } from './imported-next-token.ts';
import { type ImportedConfig, type ImportedRole, importedSchema } from './imported-schema.ts';
import { importedScorer } from './imported-scorer.ts';

type RoleModel = Omit<Model, 'family' | 'config' | 'parameters' | 'layers'>;

const roles: Readonly<Record<ImportedRole, (config: ImportedConfig) => RoleModel>> = {
  autoencoder: importedAutoencoder,
  generator: importedGenerator,
  scorer: importedScorer,
  'next-token': importedNextToken,
};

/**
 * A model that another program made. Its layers behave as in evaluation also when they are trained: normalisations
 * use the statistics that came with the weights, nothing is dropped.
 */
export function createImported(input: z.input<typeof importedSchema>): Model {
  const config = importedSchema.parse(input);
  const { parameters, layers } = config;
  checkNames(config);
  return { family: 'imported', config, parameters, layers, ...roles[config.role](config) };
}

/** Every tensor has a name of its own and belongs to a layer, every layer has a parameter. */
function checkNames({ parameters, state, layers }: ImportedConfig): void {
  const fail = (what: string, received: unknown, allowed: string): never => {
    throw new GraftError('invalid-value', { what, received, allowed });
  };
  const names = [...parameters.map(({ name }) => name), ...state.map(({ name }) => `state/${name}`)];
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) fail('parameters', twice, 'different names');
  const known = new Set(layers);
  if (known.size !== layers.length) fail('layers', layers, 'different names');
  for (const { name, layer } of [...parameters, ...state])
    if (!known.has(layer)) fail(`layer of '${name}'`, layer, `one of ${layers.join(', ')}`);
  for (const layer of layers)
    if (!parameters.some((p) => p.layer === layer)) fail('layers', layer, 'layers that have parameters');
}
