import { GraftError } from '../errors.ts';
import { exportProgram } from '../onnx/export-program.ts';
import { input } from '../tensor/build.ts';
import { reshape } from '../tensor/functions/arrangement.ts';
import { sum } from '../tensor/functions/reduction.ts';
import { optimiseProgram } from '../tensor/passes/optimise-program.ts';
import { type Program, program } from '../tensor/program.ts';
import type { Shape } from '../tensor/shape.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { BATCH, type Draft, plainContext } from './export-context.ts';
import { iterativeDrafts } from './export-iterative.ts';
import { labelWords, scoreOf } from './export-score.ts';
import type { Model, Weights } from './model.ts';
import { weightFeeds } from './weights.ts';

/** An open number of draws of the code. */
const SAMPLES = 'samples';

/** A protobuf file ends at 2 GB, with some room for the graph. */
const LARGEST = 2 ** 31 - 2 ** 24;

/** One program makes samples, or, run again and again, one step of a sample; the other says how likely examples are. */
export type ProgramName = 'sampler' | 'step' | 'scorer';

/** An exported program: inputs and outputs by the names that they have in the file. */
export interface ExportedProgram {
  readonly name: ProgramName;
  /** Bytes of the ONNX file. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly inputs: readonly ExportedValue[];
  readonly outputs: readonly ExportedValue[];
}

/** An input or output with what it holds, in words. */
export interface ExportedValue {
  readonly name: string;
  readonly shape: Shape;
  readonly dtype: string;
  readonly what: string;
}

/**
 * A model as ONNX programs that run without Graft, weights included, the batch axis open.
 *
 * Latent models. Sampler: `z` [batch, latent], standard normal -> `image` [batch, channels, height, width].
 * Scorer: `x`, and where the likelihood is a bound `noise` [samples, batch, latent], standard normal ->
 * `log_weights` [samples, batch] in nats, whose log-mean-exp over samples bounds log p(x) from below; or `cost` [batch],
 * the family's own, or `score` [batch], how real a judge takes it for; and `reconstruction` where the family has one.
 *
 * Iterative models. Sampler: `z` [batch, ...shape], standard normal, and where steps are noisy `noise`
 * [steps, batch, ...shape] -> `image`; all steps in one graph, where they are at most 100. Step: `state`, `numbers` (the
 * step's row of the table of steps) and `noise` -> `next`, `image`: to be run once for each row. Scorer: `x`, `noise`
 * and `uniform` (draws from 0 to 1) of several times -> `log_bound` or `cost` [batch].
 *
 * Autoregressive models. Sampler: `tokens` int32 [batch, context] -> `logits` [batch, context, vocabulary]; those at a
 * position depend on tokens up to it alone, so that shorter sequences are filled up behind with anything. Scorer:
 * `tokens` and `targets` (the token that follows, -1 for none) -> `token_nll` [batch, context] in nats, 0 without a
 * target, and its sum `nll` [batch].
 *
 * Errors: 'unsupported' for weights beyond the 2 GB of an ONNX file.
 */
export function exportModel(
  model: Model,
  weights: Weights,
  metadata: Readonly<Record<string, string>> = {},
): ExportedProgram[] {
  const size = 4 * Object.values(weightFeeds(weights)).reduce((n, values) => n + values.length, 0);
  if (size > LARGEST)
    throw new GraftError('unsupported', {
      what: `an ONNX file of ${(size / 2 ** 30).toFixed(1)} GB of weights`,
      reason: 'one file holds at most 2 GB',
    });
  return Object.entries(draftsOf(model)).map(([name, draft]) =>
    finish(name as ProgramName, draft, model, weights, metadata),
  );
}

function draftsOf(model: Model): Partial<Record<ProgramName, Draft>> {
  switch (model.sampler.kind) {
    case 'latent':
      return latentDrafts(model);
    case 'iterative':
      return iterativeDrafts(model, model.sampler);
    case 'none':
      return scorerDrafts(model);
    case 'autoregressive':
      return tokenDrafts(model);
  }
}

function latentDrafts(model: Model): Record<'sampler' | 'scorer', Draft> {
  const { sampler, reconstruct } = model;
  if (sampler.kind !== 'latent') throw notLatent(model);
  const drawing = plainContext(model);
  const scoring = plainContext(model);
  const score = scoreOf(model, scoring, SAMPLES);
  return {
    sampler: {
      outputs: { image: sampler.decode(drawing, input('z', [BATCH, sampler.latent])) },
      words: { z: 'latent vectors, standard normal', ...labelWords(model), image: 'samples, values 0 to 1' },
    },
    scorer: {
      outputs: {
        ...score.outputs,
        ...(reconstruct === undefined ? {} : { reconstruction: reconstruct(scoring) }),
      },
      words: {
        noise: 'draws for the codes, standard normal',
        uniform: 'draws from 0 to 1 that fill the places of levels (dequantisation)',
        ...score.words,
        reconstruction: 'the images as the model gives them back',
      },
    },
  };
}

const notLatent = (model: Model): GraftError =>
  new GraftError('unsupported', { what: `export of a ${model.family}`, reason: 'it has no latent sampler' });

/** A model that only judges is one program. */
function scorerDrafts(model: Model): Record<'scorer', Draft> {
  const { outputs, words } = scoreOf(model, plainContext(model), SAMPLES);
  return { scorer: { outputs, words } };
}

function tokenDrafts(model: Model): Record<'sampler' | 'scorer', Draft> {
  const { sampler, likelihood } = model;
  if (sampler.kind !== 'autoregressive' || likelihood?.tokenCosts === undefined)
    throw new GraftError('unsupported', {
      what: `export of a ${model.family}`,
      reason: 'it has no token likelihood',
    });
  const each = likelihood.tokenCosts(plainContext(model));
  const tokens = 'token ids; behind the end anything';
  return {
    sampler: {
      outputs: { logits: sampler.logits(plainContext(model), sampler.context) },
      words: { tokens, logits: 'scores of the token that follows each position' },
    },
    scorer: {
      outputs: { token_nll: each, nll: reshape(sum(each, 1), [BATCH]) },
      words: {
        tokens,
        targets: 'the token that follows each position, -1 for none',
        token_nll: 'nats of each target, 0 without one',
        nll: 'their sum in nats',
      },
    },
  };
}

function finish(
  name: ProgramName,
  draft: Draft,
  model: Model,
  weights: Weights,
  metadata: Readonly<Record<string, string>>,
): ExportedProgram {
  const p: Program = optimiseProgram(program(draft.outputs));
  const values = weightFeeds(weights);
  const constants = Object.fromEntries(
    p.inputs.flatMap(({ attributes }) => {
      const data = values[attributes.name];
      return data === undefined ? [] : [[attributes.name, data] as const];
    }),
  );
  const open = p.inputs.filter(({ attributes }) => !Object.hasOwn(constants, attributes.name));
  const describe = (key: string, { shape, dtype }: Tensor): ExportedValue => ({
    name: key,
    shape,
    dtype,
    what: draft.words[key] ?? '',
  });
  return {
    name,
    bytes: exportProgram(p, {
      name: `${model.family}-${name}`,
      constants,
      metadata: { family: model.family, config: JSON.stringify(model.config), ...metadata },
    }),
    inputs: open.map((node) => describe(node.attributes.name, node.outputs[0]!)),
    outputs: Object.entries(p.outputs).map(([key, tensor]) => describe(key, tensor)),
  };
}
