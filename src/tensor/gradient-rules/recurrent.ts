import { constant } from '../build.ts';
import { concat, expand, reshape, slice, split, unsqueeze } from '../functions/arrangement.ts';
import { add, mul, sub, tanh } from '../functions/elementwise.ts';
import { matmul } from '../functions/linear.ts';
import { sum } from '../functions/reduction.ts';
import { product, type Shape } from '../shape.ts';
import type { Tensor } from '../tensor.ts';
import type { GradientRules } from './gradient-rule.ts';

const zeros = (shape: Shape): Tensor => expand(constant(0), shape);
const plus = (a: Tensor, b: Tensor | undefined): Tensor => (b === undefined ? a : add(a, b));
const total = (terms: readonly (Tensor | undefined)[]): Tensor | undefined => {
  const given = terms.filter((t) => t !== undefined);
  return given.length === 0 ? undefined : given.reduce((a, b) => add(a, b));
};
/** v (1 - v), the derivative of a sigmoid in terms of its value. */
const slope = (v: Tensor): Tensor => sub(v, mul(v, v));
/** 1 - v^2, the derivative of a hyperbolic tangent in terms of its value. */
const tanhSlope = (v: Tensor): Tensor => sub(1, mul(v, v));

/** [time, batch, n] -> one [batch, n] for each time. */
function steps(x: Tensor): Tensor[] {
  const [time, batch, n] = x.shape as [number, number | string, number];
  const flat = reshape(x, [product([time, batch]), n]);
  return Array.from({ length: time }, (_, t) =>
    typeof batch === 'number'
      ? slice(flat, 0, t * batch, (t + 1) * batch)
      : reshape(slice(x, 0, t, t + 1), [batch, n]),
  );
}

/** One [batch, n] for each time -> [time, batch, n]. */
function joined(list: readonly Tensor[]): Tensor {
  const [batch, n] = list[0]!.shape as [number | string, number];
  if (typeof batch === 'number') return reshape(concat(list, 0), [list.length, batch, n]);
  return concat(
    list.map((t) => unsqueeze(t, 0)),
    0,
  );
}

/** The states before each step: the start, then all but the last. */
function before(states: Tensor, start: Tensor | undefined): Tensor {
  const [time, batch, width] = states.shape as [number, number | string, number];
  const first = start === undefined ? zeros([1, batch, width]) : unsqueeze(start, 0);
  return time === 1 ? first : concat([first, slice(states, 0, 0, time - 1)], 0);
}

/** Gradient of the recurrent matrix: one product over all times, of sums' gradients with the states before. */
function matrixGradient(dSums: Tensor, states: Tensor): Tensor {
  const flat = (t: Tensor) => reshape(t, [product(t.shape.slice(0, 2)), t.shape[2]!]);
  return matmul(flat(dSums), flat(states), { transposeA: true });
}

/**
 * Back through time. What depends on a whole sequence (slopes of gates, products with the matrix's gradient) is computed
 * at once for all times; a step is left with one product, one joining and element-wise factors.
 */
export const recurrentGradients = {
  lstm: (node, [gHidden, gCell, gGates, gCandidate]) => {
    const [, r, start, startCell] = node.inputs as [Tensor, Tensor, Tensor?, Tensor?];
    const [hidden, cell, gates, g] = node.outputs as [Tensor, Tensor, Tensor, Tensor];
    const width = r.shape[1] as number;
    const parts = (t: Tensor) => split(t, [width, width, width], 2) as [Tensor, Tensor, Tensor];
    const [i, o, f] = parts(gates);
    const squashed = tanh(cell);
    // A gate's sum gets the gradient of the cell times this factor, the output gate's that of the hidden state.
    const factors = concat(
      [
        mul(g, slope(i)),
        mul(squashed, slope(o)),
        mul(before(cell, startCell), slope(f)),
        mul(i, tanhSlope(g)),
      ],
      2,
    );
    const direct =
      gGates === undefined && gCandidate === undefined
        ? undefined
        : concat(
            [
              mul(gGates ?? zeros(gates.shape), slope(gates)),
              mul(gCandidate ?? zeros(g.shape), tanhSlope(g)),
            ],
            2,
          );
    const at = {
      hidden: steps(gHidden ?? zeros(hidden.shape)),
      cell: gCell === undefined ? undefined : steps(gCell),
      factors: steps(factors),
      direct: direct === undefined ? undefined : steps(direct),
      through: steps(mul(o, tanhSlope(squashed))),
      forget: steps(f),
    };
    const dSums: Tensor[] = [];
    let fromSums: Tensor | undefined;
    let fromCell: Tensor | undefined;
    for (let t = at.hidden.length - 1; t >= 0; t--) {
      const dHidden = plus(at.hidden[t]!, fromSums);
      const dCell = total([mul(dHidden, at.through[t]!), fromCell, at.cell?.[t]])!;
      const each = mul(concat([dCell, dHidden, dCell, dCell], 1), at.factors[t]!);
      dSums[t] = plus(each, at.direct?.[t]);
      if (t > 0 || start !== undefined) {
        fromSums = matmul(dSums[t]!, r);
        fromCell = mul(dCell, at.forget[t]!);
      }
    }
    const dX = joined(dSums);
    return [
      dX,
      matrixGradient(dX, before(hidden, start)),
      ...(start === undefined ? [] : [fromSums, fromCell]),
    ];
  },
  gru: (node, [gHidden, gGates, gCandidate, gMemory]) => {
    const [, r, , start] = node.inputs as [Tensor, Tensor, Tensor, Tensor?];
    const [hidden, gates, n, m] = node.outputs as [Tensor, Tensor, Tensor, Tensor];
    const width = r.shape[1] as number;
    const [z, reset] = split(gates, [width, width], 2) as [Tensor, Tensor];
    const earlier = before(hidden, start);
    const resetSlope = mul(m, slope(reset));
    // Of the hidden state's gradient: what reaches the candidate's sum, and from there the reset gate and the memory.
    const fresh = mul(sub(1, z), tanhSlope(n));
    const factors = concat([mul(sub(earlier, n), slope(z)), mul(fresh, resetSlope), mul(fresh, reset)], 2);
    const ownFresh = gCandidate === undefined ? undefined : mul(gCandidate, tanhSlope(n));
    const direct =
      gGates === undefined && ownFresh === undefined && gMemory === undefined
        ? undefined
        : add(
            concat([mul(gGates ?? zeros(gates.shape), slope(gates)), gMemory ?? zeros(m.shape)], 2),
            ownFresh === undefined
              ? zeros(factors.shape)
              : concat([zeros(z.shape), mul(ownFresh, resetSlope), mul(ownFresh, reset)], 2),
          );
    const at = {
      hidden: steps(gHidden ?? zeros(hidden.shape)),
      factors: steps(factors),
      direct: direct === undefined ? undefined : steps(direct),
      update: steps(z),
    };
    const dSums: Tensor[] = [];
    const dHiddens: Tensor[] = [];
    let fromSums: Tensor | undefined;
    let kept: Tensor | undefined;
    for (let t = at.hidden.length - 1; t >= 0; t--) {
      const dHidden = total([total([at.hidden[t]!, kept]), fromSums])!;
      dHiddens[t] = dHidden;
      const each = mul(concat([dHidden, dHidden, dHidden], 1), at.factors[t]!);
      dSums[t] = plus(each, at.direct?.[t]);
      if (t > 0 || start !== undefined) {
        fromSums = matmul(dSums[t]!, r);
        kept = mul(dHidden, at.update[t]!);
      }
    }
    // The sums [update, reset, memory] that the matrix makes, against those that the inputs make.
    const dRecurrent = joined(dSums);
    const dFresh = plus(mul(joined(dHiddens), fresh), ownFresh);
    const dX = concat([slice(dRecurrent, 2, 0, 2 * width), dFresh], 2);
    return [
      dX,
      matrixGradient(dRecurrent, earlier),
      sum(slice(dRecurrent, 2, 2 * width, 3 * width), [0, 1]),
      ...(start === undefined ? [] : [add(fromSums!, kept!)]),
    ];
  },
} satisfies Partial<GradientRules>;
