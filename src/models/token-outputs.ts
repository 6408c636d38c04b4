import type { Tensor } from '../tensor/tensor.ts';
import { createContext } from './context.ts';
import type { AutoregressiveSampler, Model } from './model.ts';

/** Outputs of the program that makes one token more of each of `size` sequences: logits, and what it carries along. */
export function tokenOutputs(
  model: Model,
  { carried, step }: AutoregressiveSampler,
  size: number,
): Readonly<Record<string, Tensor>> {
  const context = createContext(model, {
    batchSize: size,
    extraFields: {
      token: { shape: [size], dtype: 'int32' },
      position: { shape: [1], dtype: 'int32' },
      ...Object.fromEntries(
        carried.map(({ name, shape }) => [name, { shape: [size, ...shape], dtype: 'float32' as const }]),
      ),
    },
  });
  const made = step(context);
  return { logits: made.logits, ...made.carried };
}
