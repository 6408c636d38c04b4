import { reshape } from '../tensor/functions/arrangement.ts';
import {
  add,
  clamp,
  exp,
  less,
  log,
  maximum,
  mul,
  sigmoid,
  softplus,
  sub,
  where,
} from '../tensor/functions/elementwise.ts';
import { bernoulliCost, gaussianCost } from '../tensor/functions/loss.ts';
import { sum } from '../tensor/functions/reduction.ts';
import type { ParameterSpec } from '../tensor/parameters.ts';
import type { Tensor } from '../tensor/tensor.ts';
import type { Likelihood, ModelContext } from './model.ts';

/** The distribution of an image's values given the decoder's output. */
export interface OutputDistribution {
  readonly support: Likelihood['support'];
  readonly parameters: (layer: string, channels: number) => readonly ParameterSpec[];
  /** Negative log-likelihood in nats of x [..., c, h, w] for each leading index. */
  cost(context: ModelContext, output: Tensor, x: Tensor): Tensor;
  /** The distribution's mean, in the range of the data. */
  mean(output: Tensor): Tensor;
}

/** Sums the last three axes (channels, height, width). */
const overPixels = (t: Tensor): Tensor => sum(t, [-3, -2, -1]);

const scaleParameter =
  (name: string, initial: number) =>
  (layer: string, channels: number): ParameterSpec[] => [
    { name, shape: [channels], layer, decay: false, initial: { draw: 'constant', value: initial } },
  ];

const onChannels = (context: ModelContext, name: string): Tensor => {
  const vector = context.parameter(name);
  return reshape(vector, [vector.shape[0]!, 1, 1]);
};

/** Half the distance of neighbouring levels k / 255. */
const HALF_LEVEL = 1 / 510;

/** log(sigmoid(a) - sigmoid(b)) for a > b, from parts that neither overflow nor cancel. */
function logSigmoidDifference(a: Tensor, b: Tensor): Tensor {
  // sigmoid(a) - sigmoid(b) = sigmoid(a) sigmoid(-b) (1 - exp(b - a))
  const gap = maximum(sub(1, exp(sub(b, a))), 1e-12);
  return sub(sub(log(gap), softplus(mul(a, -1))), softplus(b));
}

export const outputDistributions = {
  /** Each value is 0 or 1; a likelihood only for binary data. */
  bernoulli: {
    support: 'binary',
    parameters: () => [],
    cost: (_, output, x) => overPixels(bernoulliCost(output, x)),
    mean: (output) => sigmoid(output),
  },
  /** Real values with one learnt variance for each channel. */
  gaussian: {
    support: 'real',
    parameters: scaleParameter('output/log-variance', -2),
    cost: (context, output, x) =>
      overPixels(gaussianCost(x, output, onChannels(context, 'output/log-variance'))),
    mean: (output) => clamp(output, 0, 1),
  },
  /**
   * 256 levels k / 255: the mass that a logistic density puts into each level's bin, the outer bins being open
   * (Kingma et al. 2016, 'Improved variational inference with inverse autoregressive flow', section 4).
   */
  'discretised-logistic': {
    support: 'levels',
    parameters: scaleParameter('output/log-scale', -2),
    cost: (context, output, x) => {
      const inverse = exp(mul(onChannels(context, 'output/log-scale'), -1));
      const centred = sub(x, sigmoid(output));
      const upper = mul(add(centred, HALF_LEVEL), inverse);
      const lower = mul(sub(centred, HALF_LEVEL), inverse);
      // log sigmoid(t) = -softplus(-t)
      const lowest = mul(softplus(mul(upper, -1)), -1);
      const highest = mul(softplus(lower), -1);
      const inner = logSigmoidDifference(upper, lower);
      const logMass = where(less(x, HALF_LEVEL), lowest, where(less(1 - HALF_LEVEL, x), highest, inner));
      return mul(overPixels(logMass), -1);
    },
    mean: (output) => sigmoid(output),
  },
} satisfies Record<string, OutputDistribution>;

export type OutputDistributionName = keyof typeof outputDistributions;
export const outputDistributionNames = Object.keys(outputDistributions) as [
  OutputDistributionName,
  ...OutputDistributionName[],
];
