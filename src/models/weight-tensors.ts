import { createHash } from 'node:crypto';
import type { NumericArray } from '../formats/numeric-array.ts';
import { writeSafetensors } from '../formats/safetensors.ts';
import type { Model, Weights } from './model.ts';

/** Shape of each of the model's tensors under the name that it has in the file. */
export function tensorShapes(model: Model): Map<string, readonly number[]> {
  return new Map([
    ...model.parameters.map(({ name, shape }) => [name, shape] as const),
    ...model.state.map(({ name, shape }) => [`state/${name}`, shape] as const),
  ]);
}

/** All tensors of a model as they stand in `model.safetensors`. */
export function weightTensors(model: Model, { parameters, state }: Weights): Map<string, NumericArray> {
  const shapes = tensorShapes(model);
  const entry = (name: string, data: Float32Array): [string, NumericArray] => [
    name,
    { dtype: 'float32', shape: shapes.get(name)!, data },
  ];
  return new Map([
    ...Object.entries(parameters).map(([name, v]) => entry(name, v)),
    ...Object.entries(state).map(([name, v]) => entry(`state/${name}`, v)),
  ]);
}

/** SHA-256 over names, shapes and bits of all tensors. */
export function weightsHash(model: Model, weights: Weights): string {
  const hash = createHash('sha256');
  for (const part of writeSafetensors(weightTensors(model, weights))) hash.update(part);
  return hash.digest('hex');
}
