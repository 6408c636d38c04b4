import {
  abs,
  add,
  erf,
  exp,
  less,
  log,
  maximum,
  mul,
  neg,
  sub,
  where,
} from '../tensor/functions/elementwise.ts';
import type { Tensor } from '../tensor/tensor.ts';

const HALF_LOG_2PI = 0.5 * Math.log(2 * Math.PI);
/** Below this a difference of two error functions has lost too many digits in float32. */
const PRECISE = 1e-4;
const TINY = 1e-30;

/** Cumulative density of the standard normal distribution. */
const cumulative = (z: Tensor): Tensor => mul(add(erf(mul(z, Math.SQRT1_2)), 1), 0.5);

/** Log-density of the standard normal distribution. */
const logDensity = (z: Tensor): Tensor => sub(mul(mul(z, z), -0.5), HALF_LOG_2PI);

/** Logarithm of the mass below z; far out the bound z / (1 + z^2) on Mills' ratio, which is from below. */
function logBelow(z: Tensor): Tensor {
  const mass = cumulative(z);
  const distance = maximum(abs(z), 1);
  const far = add(logDensity(z), log(mul(distance, reciprocalOf(add(mul(distance, distance), 1)))));
  return where(less(PRECISE, mass), log(maximum(mass, TINY)), far);
}

const reciprocalOf = (x: Tensor): Tensor => exp(neg(log(x)));

/** Logarithm of the mass within h of z. Far out the density's fall is taken as exponential and its bend at the rim: from below. */
function logWithin(z: Tensor, h: number): Tensor {
  const mass = sub(cumulative(add(z, h)), cumulative(sub(z, h)));
  const distance = maximum(abs(z), 1e-3);
  // The integral of exp(-z u) over |u| < h, with exp(-u^2 / 2) >= exp(-h^2 / 2).
  const fall = sub(1, exp(mul(distance, -2 * h)));
  const rim = add(mul(distance, h), log(maximum(mul(fall, reciprocalOf(distance)), TINY)));
  const far = add(add(logDensity(z), rim), -0.5 * h * h);
  return where(less(PRECISE, mass), log(maximum(mass, TINY)), far);
}

/**
 * Log-probability in nats of each value x, one of `levels` equidistant levels from -1 to 1, under a normal density with
 * the given mean and deviation whose mass is gathered in bins around the levels, the outer ones open (Ho et al. 2020,
 * eq. 13). Deviation: where the mass is below 1e-4 and float32 would lose it, a lower bound that is within
 * h^2 / 2 nats of it, h being half a bin in deviations; so a bound on a likelihood stays one.
 */
export function discretisedGaussian(x: Tensor, mean: Tensor, deviation: number, levels: number): Tensor {
  const half = 1 / (levels - 1);
  const z = mul(sub(x, mean), 1 / deviation);
  const h = half / deviation;
  const lowest = logBelow(add(z, h));
  const highest = logBelow(sub(h, z));
  return where(
    less(x, half - 1),
    lowest,
    where(less(1 - half, x), highest, levels === 2 ? lowest : logWithin(z, h)),
  );
}
