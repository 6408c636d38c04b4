import { stream } from '../../random.ts';
import { input } from '../../tensor/build.ts';
import { type ImportedProgram, type ImportedWeight, weightInputs } from '../../tensor/imported-program.ts';
import { instantiateProgram } from '../../tensor/instantiate-program.ts';
import { type Program, program } from '../../tensor/program.ts';
import { programToJson } from '../../tensor/program-json.ts';
import type { Model, Weights } from '../model.ts';
import { freshWeights } from '../weights.ts';
import { createImported } from './imported.ts';
import type { ImportedConfig } from './imported-schema.ts';
import { straightened } from './linear-layers.ts';

/** The weights of an imported program, and its parts under the names that the family gives them. */
export interface ImportedParts {
  readonly programs: Partial<Record<keyof ImportedConfig['programs'], Program>>;
  readonly weights: Pick<ImportedProgram, 'parameters' | 'state' | 'layers'>;
}

/** What a person decides about an imported model beyond its programs. */
export type ImportedFacts = Partial<
  Pick<
    ImportedConfig,
    'image' | 'latent' | 'vocabulary' | 'context' | 'loss' | 'variational' | 'candidates' | 'prior'
  >
> &
  Pick<ImportedConfig, 'role'>;

/** The model of imported programs with the weights that they came with. Works for every foreign format. */
export function assembleImported(
  facts: ImportedFacts,
  parts: ImportedParts,
): { model: Model; weights: Weights } {
  const { programs, parameters: turned } = straightened(parts.programs, parts.weights.parameters);
  const weights = { ...parts.weights, parameters: turned };
  // Parts of the original that the role does not use took their weights with them.
  const used = new Set(
    Object.values(programs).flatMap((p) => p!.inputs.map(({ attributes }) => attributes.name)),
  );
  const parameters = weights.parameters.filter(({ name }) => used.has(weightInputs.parameter(name)));
  const state = weights.state.filter(({ name }) => used.has(weightInputs.state(name)));
  const layers = weights.layers.filter((layer) => parameters.some((w) => w.layer === layer));
  const last = layers.at(-1)!;
  const model = createImported({
    ...facts,
    layers,
    parameters: parameters.map(({ name, shape, layer, decay, initial }) => ({
      name,
      shape: [...shape],
      layer,
      decay,
      initial,
    })),
    state: state.map(({ name, shape, layer, initial }) => ({
      name,
      shape: [...shape],
      layer: layers.includes(layer) ? layer : last,
      initial: initial.draw === 'constant' ? initial.value : 0,
    })),
    programs: Object.fromEntries(Object.entries(programs).map(([key, p]) => [key, programToJson(p!)])),
  });
  const values = (list: readonly ImportedWeight[]) => Object.fromEntries(list.map((w) => [w.name, w.values]));
  const own = freshWeights({ ...model, parameters: [] }, stream(0)).state;
  const { latent } = facts;
  // Codes without a fitted density are drawn from the standard normal distribution.
  const density =
    model.codeDensity === undefined || latent === undefined
      ? {}
      : {
          'codes/factor': Float32Array.from({ length: latent ** 2 }, (_, i) =>
            i % (latent + 1) === 0 ? 1 : 0,
          ),
        };
  return {
    model,
    weights: { parameters: values(parameters), state: { ...own, ...values(state), ...density } },
  };
}

/**
 * An imported program whose layers and weights stand under a name of their own, `encoder/...`. A first part of their
 * paths that they all share and that says the same or nothing is dropped.
 */
export function under(prefix: string, imported: ImportedProgram): ImportedProgram {
  const heads = new Set(imported.layers.map((layer) => layer.split('/')[0]!));
  const [head] = heads;
  const shared =
    heads.size === 1 &&
    imported.layers.every((l) => l.includes('/')) &&
    (head === prefix || /^\d+$/.test(head!));
  const renamed = (path: string) => `${prefix}/${shared ? path.slice(head!.length + 1) : path}`;
  const moved = <W extends { name: string; layer: string }>(w: W): W => ({
    ...w,
    name: renamed(w.name),
    layer: renamed(w.layer),
  });
  const names = new Map([
    ...imported.parameters.map(
      ({ name }) => [weightInputs.parameter(name), weightInputs.parameter(renamed(name))] as const,
    ),
    ...imported.state.map(
      ({ name }) => [weightInputs.state(name), weightInputs.state(renamed(name))] as const,
    ),
  ]);
  return {
    program: program(
      instantiateProgram(
        imported.program,
        ({ attributes: { name, shape, dtype } }) => input(names.get(name) ?? name, shape, dtype),
        {},
      ),
    ),
    parameters: imported.parameters.map(moved),
    state: imported.state.map(moved),
    layers: imported.layers.map(renamed),
    blocked: imported.blocked.map(moved),
  };
}
