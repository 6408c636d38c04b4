import { GraftError } from '../errors.ts';
import { reshape } from '../tensor/functions/arrangement.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { BATCH, type Draft } from './export-context.ts';
import type { Likelihood, Model, ModelContext } from './model.ts';

/** Times of each image in an exported variational bound. */
const TIMES = 64;

/** What the input `label` of models by class holds. */
export const labelWords = ({ classes }: Model): Record<string, string> =>
  classes === undefined
    ? {}
    : { label: `class of each: 0 to ${classes.length - 1}, in the order of the configuration` };

/** How likely or how costly a model finds examples; `samples`: draws of the code of an importance-weighted bound. */
export function scoreOf(model: Model, context: ModelContext, samples: number | string): Draft {
  const words = { x: 'images as the model was trained on them, values 0 to 1', ...labelWords(model) };
  if (model.likelihood !== undefined) {
    const { outputs, words: own } = likelihoodOf(model.likelihood, context, samples);
    return { outputs, words: { ...words, ...own } };
  }
  if (model.score !== undefined)
    return {
      outputs: { score: model.score(context) },
      words: { ...words, score: 'how real each image is taken for, higher for real ones' },
    };
  const player = model.players.at(-1);
  if (player === undefined)
    throw new GraftError('unsupported', {
      what: `export of a ${model.family}`,
      reason: 'it has no objective',
    });
  return { outputs: { cost: player.objective(context).cost }, words: { ...words, cost: player.unit } };
}

function likelihoodOf(likelihood: Likelihood, context: ModelContext, samples: number | string): Draft {
  const named = (name: string, value: Tensor, what: string): Draft => ({
    outputs: { [name]: value },
    words: { [name]: what },
  });
  switch (likelihood.kind) {
    case 'exact':
      return named('log_weights', likelihood.logWeights(context, 1), 'log p(x) in nats');
    case 'bound':
      return named(
        'log_weights',
        likelihood.logWeights(context, samples),
        'nats; the log-mean-exp over samples bounds log p(x) from below',
      );
    case 'variational':
      return named(
        'log_bound',
        reshape(likelihood.logWeights(context, TIMES), [BATCH]),
        'nats; an unbiased estimate of a variational lower bound on log p(x)',
      );
  }
}
