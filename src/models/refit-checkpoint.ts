import type { Tokenizer } from '../data/tokenizers/tokenizer.ts';
import { GraftError } from '../errors.ts';
import type { Stream } from '../random.ts';
import type { Checkpoint } from './checkpoint.ts';
import { createModel, familyOf } from './index.ts';
import { type TensorFate, transplant } from './transplant.ts';

/**
 * A checkpoint in another size: other options of its family, another tokenizer, or both. Fails as `createModel` does
 * where the options make no model.
 */
export function refitCheckpoint(
  checkpoint: Checkpoint,
  change: {
    readonly options?: Readonly<Record<string, unknown>>;
    readonly tokenizer?: Tokenizer | undefined;
  },
  stream: Stream,
): { checkpoint: Checkpoint; fates: readonly TensorFate[] } {
  const { model, weights, data } = checkpoint;
  if (familyOf(model.family).oneSize)
    throw new GraftError('unsupported', {
      what: `another size or vocabulary of a model of the family '${model.family}'`,
      reason: 'its computation was read from a file, which is for one size',
      hint: 'Export it in the other size, and import that file.',
    });
  const tokenizer = change.tokenizer ?? checkpoint.tokenizer;
  const config = {
    ...model.config,
    ...(change.tokenizer === undefined ? {} : { vocabulary: change.tokenizer.vocabularySize }),
    ...change.options,
  };
  const other = createModel(model.family, config, 'key=value');
  const moved = transplant({ model, weights, tokenizer: checkpoint.tokenizer }, other, tokenizer, stream);
  return {
    checkpoint: {
      model: other,
      weights: moved.weights,
      data,
      ...(tokenizer === undefined ? {} : { tokenizer }),
    },
    fates: moved.fates,
  };
}
