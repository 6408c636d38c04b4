import type { Tokenizer } from '../data/tokenizers/tokenizer.ts';
import { GraftError } from '../errors.ts';
import { badFile } from '../formats/bad-file.ts';
import { listSafetensorsFile } from '../formats/safetensors.ts';
import { familyOf } from './index.ts';
import type { Model } from './model.ts';
import { tensorShapes } from './weight-tensors.ts';

const floats = ['float32', 'float64', 'float16', 'bfloat16'];

/** Fails unless a file's header has every tensor of the model with its shape, and no other. Reads the header alone. */
export function checkTensors(model: Model, path: string): void {
  const { entries } = listSafetensorsFile(path);
  const shapes = tensorShapes(model);
  const hint = 'Take config.json and model.safetensors of one model.';
  for (const { name, shape, dtype } of entries) {
    const wanted = shapes.get(name);
    if (wanted === undefined)
      throw new GraftError('unknown-name', {
        kind: 'tensor',
        received: name,
        allowed: [...shapes.keys()],
        where: path,
      });
    if (wanted.length !== shape.length || wanted.some((d, i) => d !== shape[i]))
      throw new GraftError('bad-data', {
        what: `tensor '${name}'`,
        problem: `has shape [${shape.join(', ')}] where the configuration says [${wanted.join(', ')}]`,
        where: path,
        hint,
      });
    if (!floats.includes(dtype))
      throw badFile('safetensors', path, `its values are ${dtype}, which weights are not`, {
        offset: `tensor '${name}'`,
        hint: `Write the weights as ${floats.join(', ')}.`,
      });
  }
  const there = new Set(entries.map(({ name }) => name));
  for (const name of shapes.keys())
    if (!there.has(name))
      throw new GraftError('bad-data', {
        what: `tensor '${name}'`,
        problem: 'is missing',
        where: path,
        hint,
      });
}

/** A language model needs a tokenizer, whose ids are those that the model knows; `where` its file is or should be. */
export function checkTokenizer(model: Model, tokenizer: Tokenizer | undefined, where: string): void {
  if (model.sampler.kind !== 'autoregressive') return;
  if (tokenizer === undefined)
    throw new GraftError('bad-data', {
      what: 'checkpoint',
      problem: 'is of a language model, but has no tokenizer.json',
      where,
      hint: 'Put the tokenizer that the model was trained with there.',
    });
  const { vocabulary } = model.sampler;
  const fits =
    familyOf(model.family).roundedVocabulary === undefined
      ? tokenizer.vocabularySize === vocabulary
      : tokenizer.vocabularySize <= vocabulary;
  if (!fits)
    throw new GraftError('bad-data', {
      what: 'tokenizer',
      problem: `has ${tokenizer.vocabularySize} tokens, but the model has ${vocabulary}`,
      where,
      hint: 'Put the tokenizer that the model was trained with there.',
    });
}
