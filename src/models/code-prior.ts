import { constant } from '../tensor/build.ts';
import { gather, reshape, slice } from '../tensor/functions/arrangement.ts';
import {
  add,
  cast,
  erf,
  exp,
  floor,
  minimum,
  mul,
  neg,
  sigmoid,
  sub,
} from '../tensor/functions/elementwise.ts';
import { matmul } from '../tensor/functions/linear.ts';
import { gaussianCost } from '../tensor/functions/loss.ts';
import { logsumexp, sum } from '../tensor/functions/reduction.ts';
import type { ParameterSpec } from '../tensor/parameters.ts';
import type { Tensor } from '../tensor/tensor.ts';
import type { ModelContext } from './model.ts';

/** The diagonal Gaussian q(z | x) that an encoder gives, each part [batch, latent]. */
export interface Posterior {
  readonly mean: Tensor;
  readonly logVariance: Tensor;
}

/** The distribution that codes have before an example is seen. */
export interface CodePrior {
  readonly layers: readonly string[];
  readonly parameters: readonly ParameterSpec[];
  /** -log p(code) in nats: [..., latent] -> [...]. */
  cost(context: ModelContext, code: Tensor): Tensor;
  /** Standard normal numbers that a code is made from. */
  readonly numbers: number;
  /** A code [batch, latent] from standard normal numbers [batch, numbers]. */
  draw(context: ModelContext, z: Tensor): Tensor;
}

export const standardNormalPrior = (latent: number): CodePrior => ({
  layers: [],
  parameters: [],
  cost: (_, code) => sum(gaussianCost(code, constant(0), 0), -1),
  numbers: latent,
  draw: (_, z) => z,
});

/** The layer of the pseudo-inputs. */
const LAYER = 'prior';
const NAME = 'prior/pseudo-inputs';

/**
 * VampPrior (Tomczak and Welling 2018, eq. 9): the mean of the posteriors of `count` pseudo-inputs, images in [0, 1] that
 * are trained. A sample's last number chooses its pseudo-input, the others its place in that posterior.
 *
 * Deviation: pseudo-inputs are sigmoids of what is trained, where the authors cut at 0 and 1, beyond which there is no
 * gradient.
 */
export function vampPrior(
  { image, latent, count }: { image: readonly number[]; latent: number; count: number },
  posteriorOf: (context: ModelContext, x: Tensor) => Posterior,
): CodePrior {
  const components = (context: ModelContext): Posterior =>
    posteriorOf(context, sigmoid(context.parameter(NAME)));
  return {
    layers: [LAYER],
    parameters: [
      {
        name: NAME,
        shape: [count, ...image],
        layer: LAYER,
        decay: false,
        initial: { draw: 'normal', deviation: 1 },
      },
    ],
    cost(context, code) {
      const { mean, logVariance } = components(context);
      // Squares are multiplied out, so that differences of every code to every component are never held at once.
      const precision = exp(neg(logVariance));
      const onEach = (t: Tensor, matrix: Tensor) => matmul(t, matrix, { transposeB: true });
      const own = sum(gaussianCost(mean, mean, logVariance), 1);
      const pull = mul(mean, precision);
      const energies = add(
        sub(mul(onEach(mul(code, code), precision), 0.5), onEach(code, pull)),
        add(own, mul(sum(mul(mean, pull), 1), 0.5)),
      );
      return sub(Math.log(count), logsumexp(neg(energies), -1));
    },
    numbers: latent + 1,
    draw(context, z) {
      const { mean, logVariance } = components(context);
      const share = mul(add(erf(mul(slice(z, 1, latent, latent + 1), Math.SQRT1_2)), 1), 0.5);
      const place = minimum(floor(mul(share, count)), count - 1);
      const chosen = reshape(cast(place, 'int32'), [z.shape[0]!]);
      const spread = exp(mul(gather(logVariance, chosen), 0.5));
      return add(gather(mean, chosen), mul(spread, slice(z, 1, 0, latent)));
    },
  };
}
