import {
  concat,
  expand,
  flip,
  reshape,
  slice,
  stack,
  transpose,
} from '../../tensor/functions/arrangement.ts';
import { add, clamp, mul, sub } from '../../tensor/functions/elementwise.ts';
import { matmul } from '../../tensor/functions/linear.ts';
import { gru, lstm } from '../../tensor/functions/recurrent.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { gateFunctions } from './activations.ts';
import { floats } from './arg-max.ts';
import type { ImportNode } from './import-node.ts';
import type { ImportRules } from './import-rule.ts';
import { dims, LONGEST_LOOP } from './value.ts';

type Gate = (x: Tensor) => Tensor;

/** One direction of a recurrent node: its weights, biases and start, all for one direction. */
interface Direction {
  readonly reverse: boolean;
  /** x of each step times the input weights, with both biases but that of the recurrence where it must stay apart. */
  readonly inputs: readonly Tensor[];
  readonly recurrent: Tensor;
  readonly recurrentBias: Tensor | undefined;
  readonly peepholes: Tensor | undefined;
  readonly hidden: Tensor;
  readonly cell: Tensor | undefined;
  readonly gates: readonly Gate[];
}

interface Step {
  readonly hidden: Tensor;
  readonly cell?: Tensor;
}

type Cell = (d: Direction, x: Tensor, before: Step) => Step;

/** Rows [k width, (k + 1) width) of a matrix, or elements of a vector: what belongs to one gate. */
const part = (t: Tensor, k: number, width: number, axis: number): Tensor =>
  slice(t, axis, k * width, (k + 1) * width);

const rnnCell: Cell = (d, x, { hidden }) => ({
  hidden: d.gates[0]!(add(x, matmul(hidden, d.recurrent, { transposeB: true }))),
});

/** Gates in ONNX's order: input, output, forget, cell. */
const lstmCell =
  (node: ImportNode, width: number): Cell =>
  (d, x, before) => {
    const sums = add(x, matmul(before.hidden, d.recurrent, { transposeB: true }));
    const [f, g, h] = d.gates as [Gate, Gate, Gate];
    const cell = before.cell!;
    // Peephole weights in the order input, output, forget.
    const peep = (k: number, from: Tensor): Tensor =>
      d.peepholes === undefined
        ? part(sums, k, width, 1)
        : add(part(sums, k, width, 1), mul(from, part(d.peepholes, k, width, 0)));
    const input = f(peep(0, cell));
    const forget = node.int('input_forget', 0) === 1 ? sub(1, input) : f(peep(2, cell));
    const next = add(mul(forget, cell), mul(input, g(part(sums, 3, width, 1))));
    return { hidden: mul(f(peep(1, next)), h(next)), cell: next };
  };

/** Gates in ONNX's order: update, reset, hidden. */
const gruCell =
  (node: ImportNode, width: number): Cell =>
  (d, x, { hidden }) => {
    const [f, g] = d.gates as [Gate, Gate];
    const gate = (k: number) => part(d.recurrent, k, width, 0);
    const both = matmul(hidden, slice(d.recurrent, 0, 0, 2 * width), { transposeB: true });
    const update = f(add(part(x, 0, width, 1), part(both, 0, width, 1)));
    const reset = f(add(part(x, 1, width, 1), part(both, 1, width, 1)));
    const fresh = part(x, 2, width, 1);
    const bias = d.recurrentBias;
    const memory =
      node.int('linear_before_reset', 0) !== 0
        ? mul(reset, plus(matmul(hidden, gate(2), { transposeB: true }), bias))
        : plus(matmul(mul(reset, hidden), gate(2), { transposeB: true }), bias);
    const candidate = g(add(fresh, memory));
    return { hidden: add(mul(sub(1, update), candidate), mul(update, hidden)) };
  };

const plus = (x: Tensor, bias: Tensor | undefined): Tensor => (bias === undefined ? x : add(x, bias));

/** The gates' non-linearities of one direction, from the node's list. */
function gatesOf(node: ImportNode, direction: number, defaults: readonly string[]): Gate[] {
  const n = defaults.length;
  const names = node.texts('activations') ?? [];
  const own = names.length > 0 ? names.slice(direction * n, (direction + 1) * n) : defaults;
  const [alphas, betas] = [node.floats('activation_alpha') ?? [], node.floats('activation_beta') ?? []];
  const limit = node.float('clip', 0);
  if (own.length !== n) node.refuse(`it needs ${n} activations for each direction`);
  return own.map((name, i) => {
    const known = Object.keys(gateFunctions).find((key) => key.toLowerCase() === name.toLowerCase());
    if (known === undefined) return node.refuse(`its activation is '${name}'`);
    const [alpha, beta] = [alphas[direction * n + i], betas[direction * n + i]];
    const compute = gateFunctions[known]!;
    return (x) => compute(limit > 0 ? clamp(x, -limit, limit) : x, alpha, beta);
  });
}

/**
 * Unrolls a recurrent node over time. X [time, batch, in] (batch first with layout 1), W [directions, gates * width,
 * in], R [directions, gates * width, width], B [directions, 2 * gates * width].
 */
function recurrence(
  node: ImportNode,
  gates: number,
  defaults: readonly string[],
  cellOf: (width: number) => Cell,
  kind: 'rnn' | 'lstm' | 'gru',
): Tensor[] {
  const batchFirst = node.int('layout', 0) === 1;
  const turned = (t: Tensor) => (batchFirst ? transpose(t, [1, 0, 2]) : t);
  const x = turned(node.tensor(0));
  const [w, r] = [node.tensor(1), node.tensor(2)];
  const [time, batch, features] = dims(x) as [number, number, number];
  const [directions, , width] = dims(r) as [number, number, number];
  if (x.shape.length !== 3 || w.shape.length !== 3 || r.shape.length !== 3)
    return node.refuse('its operands do not have three axes');
  if (!(time >= 1 && time <= LONGEST_LOOP)) node.refuse(`it runs over ${time} steps`);
  const way = node.text('direction', 'forward');
  if (directions !== (way === 'bidirectional' ? 2 : 1))
    node.refuse(`its weights are for ${directions} directions`);
  const row = (t: Tensor, i: number) => reshape(slice(t, 0, i, i + 1), t.shape.slice(1));
  const start = (index: number, i: number): Tensor =>
    node.has(index) ? row(turned(node.tensor(index)), i) : expand(floats([0], []), [batch, width]);
  const lengths = node.has(4) ? node.value(4) : undefined;
  const known = lengths?.numbers();
  const masks =
    lengths === undefined || (known !== undefined && Array.from(known).every((n) => n === time))
      ? undefined
      : (step: number): Tensor => {
          const numbers = known ?? node.numbers(4, 'sequence lengths');
          return floats(
            Array.from(numbers, (n) => (step < n ? 1 : 0)),
            [batch, 1],
          );
        };

  const flatX = reshape(x, [time * batch, features]);
  const runs = Array.from({ length: directions }, (_, i) => {
    const bias = node.has(3) ? row(node.tensor(3), i) : undefined;
    const own = bias === undefined ? undefined : slice(bias, 0, 0, gates * width);
    const other = bias === undefined ? undefined : slice(bias, 0, gates * width, 2 * gates * width);
    // The GRU's third recurrent bias is added before its reset gate, the others may be added at once.
    const apart = kind === 'gru' && other !== undefined;
    const early = apart
      ? concat([slice(other, 0, 0, 2 * width), expand(floats([0], []), [width])], 0)
      : other;
    const sums = plus(plus(matmul(flatX, row(w, i), { transposeB: true }), own), early);
    const steps = reshape(sums, [time, batch, gates * width]);
    const reverse = way === 'reverse' || i === 1;
    const cellStart = kind === 'lstm' ? start(6, i) : undefined;
    const memoryBias = apart ? slice(other, 0, 2 * width, 3 * width) : undefined;
    if (masks === undefined && isUsual(node, kind))
      return fused(
        kind,
        reverse,
        steps,
        row(r, i),
        memoryBias ?? expand(floats([0], []), [width]),
        start(5, i),
        cellStart,
      );
    return unroll(
      {
        reverse,
        inputs: Array.from({ length: time }, (_, t) => row(steps, t)),
        recurrent: row(r, i),
        recurrentBias: memoryBias,
        peepholes: kind === 'lstm' && node.has(7) ? row(node.tensor(7), i) : undefined,
        hidden: start(5, i),
        cell: cellStart,
        gates: gatesOf(node, i, defaults),
      },
      cellOf(width),
      masks,
    );
  });
  const sequence = stack(
    runs.map(({ all }) => all),
    1,
  );
  const last = (pick: (s: Step) => Tensor) => {
    const joined = stack(
      runs.map(({ end }) => pick(end)),
      0,
    );
    return batchFirst ? transpose(joined, [1, 0, 2]) : joined;
  };
  return [
    // [time, directions, batch, width] or [batch, time, directions, width]
    batchFirst ? transpose(sequence, [2, 0, 1, 3]) : sequence,
    last(({ hidden }) => hidden),
    ...(kind === 'lstm' ? [last(({ cell }) => cell!)] : []),
  ];
}

/** Whether a node is one of those that there is an operation for: usual gates, no peepholes, nothing clipped. */
function isUsual(node: ImportNode, kind: 'rnn' | 'lstm' | 'gru'): boolean {
  const usual = { rnn: [], lstm: ['sigmoid', 'tanh', 'tanh'], gru: ['sigmoid', 'tanh'] }[kind];
  const gates = node.texts('activations') ?? [];
  return (
    kind !== 'rnn' &&
    gates.every((name, i) => name.toLowerCase() === usual[i % usual.length]) &&
    node.float('clip', 0) === 0 &&
    (kind === 'lstm'
      ? !node.has(7) && node.int('input_forget', 0) === 0
      : node.int('linear_before_reset', 0) !== 0)
  );
}

/** One direction as one operation. */
function fused(
  kind: 'rnn' | 'lstm' | 'gru',
  reverse: boolean,
  steps: Tensor,
  recurrent: Tensor,
  bias: Tensor,
  hidden: Tensor,
  cell: Tensor | undefined,
): { all: Tensor; end: Step } {
  const x = reverse ? flip(steps, 0) : steps;
  // The initial state may be one for all examples.
  const full = (t: Tensor) => expand(t, [dims(x)[1]!, dims(t)[1]!]);
  const states =
    kind === 'lstm'
      ? lstm(x, recurrent, { hidden: full(hidden), cell: full(cell!) })
      : { hidden: gru(x, recurrent, bias, full(hidden)), cell: undefined };
  const last = (t: Tensor) => reshape(slice(t, 0, dims(t)[0]! - 1), t.shape.slice(1));
  return {
    all: reverse ? flip(states.hidden, 0) : states.hidden,
    end: {
      hidden: last(states.hidden),
      ...(states.cell === undefined ? {} : { cell: last(states.cell) }),
    },
  };
}

/** Runs one direction; beyond the end of a sequence the state stays and the output is 0. */
function unroll(
  d: Direction,
  cell: Cell,
  masks: ((step: number) => Tensor) | undefined,
): { all: Tensor; end: Step } {
  let state: Step = d.cell === undefined ? { hidden: d.hidden } : { hidden: d.hidden, cell: d.cell };
  const outputs: Tensor[] = [];
  const order = d.inputs.map((_, t) => t);
  if (d.reverse) order.reverse();
  for (const t of order) {
    const next = cell(d, d.inputs[t]!, state);
    if (masks === undefined) {
      state = next;
      outputs.push(next.hidden);
      continue;
    }
    const mask = masks(t);
    const keep = (fresh: Tensor, old: Tensor) => add(mul(fresh, mask), mul(old, sub(1, mask)));
    outputs.push(mul(next.hidden, mask));
    state = {
      hidden: keep(next.hidden, state.hidden),
      ...(next.cell === undefined ? {} : { cell: keep(next.cell, state.cell!) }),
    };
  }
  const all = stack(outputs, 0);
  return { all: d.reverse ? flip(all, 0) : all, end: state };
}

/** Recurrent layers, written out step by step. */
export const recurrentRules = {
  RNN: (node) => recurrence(node, 1, ['Tanh'], () => rnnCell, 'rnn'),
  LSTM: (node) => recurrence(node, 4, ['Sigmoid', 'Tanh', 'Tanh'], (width) => lstmCell(node, width), 'lstm'),
  GRU: (node) => recurrence(node, 3, ['Sigmoid', 'Tanh'], (width) => gruCell(node, width), 'gru'),
} satisfies ImportRules;
