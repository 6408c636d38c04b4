import { add, mul } from '../tensor/functions/elementwise.ts';
import type { Tensor } from '../tensor/tensor.ts';

/** dx / dt at a state and a time [1]. */
export type Velocity = (x: Tensor, t: Tensor) => Tensor;

type Solver = (velocity: Velocity, x: Tensor, t: Tensor, h: Tensor) => Tensor;

const along = (x: Tensor, h: Tensor, slope: Tensor): Tensor => add(x, mul(h, slope));

/**
 * Explicit Runge-Kutta steps of length h (a tensor of one element) from time t, by name: of order 1, 2 and 4, with as
 * many evaluations of the velocity.
 */
export const solvers = {
  euler: (velocity, x, t, h) => along(x, h, velocity(x, t)),
  midpoint: (velocity, x, t, h) => {
    const half = mul(h, 0.5);
    return along(x, h, velocity(along(x, half, velocity(x, t)), add(t, half)));
  },
  rk4: (velocity, x, t, h) => {
    const half = mul(h, 0.5);
    const middle = add(t, half);
    const a = velocity(x, t);
    const b = velocity(along(x, half, a), middle);
    const c = velocity(along(x, half, b), middle);
    const d = velocity(along(x, h, c), add(t, h));
    return along(x, mul(h, 1 / 6), add(add(a, d), mul(add(b, c), 2)));
  },
} satisfies Record<string, Solver>;

export type SolverName = keyof typeof solvers;
export const solverNames = Object.keys(solvers) as [SolverName, ...SolverName[]];
