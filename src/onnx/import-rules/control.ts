import { flip, reshape, slice, stack } from '../../tensor/functions/arrangement.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import type { ImportNode } from './import-node.ts';
import type { ImportRules } from './import-rule.ts';
import { computed, dims, known, LONGEST_LOOP, type Value } from './value.ts';

/** The branch that the condition names, which must be known without data. */
function branch(node: ImportNode): readonly Value[] {
  const condition = node.number(0, 'condition');
  return node.graphs.run(node.graph(condition !== 0 ? 'then_branch' : 'else_branch'), []);
}

/** A loop whose number of rounds is known without data, written out. */
function loop(node: ImportNode): (Tensor | Value)[] {
  const body = node.graph('body');
  const most = node.has(0) ? node.number(0, 'trip count') : Number.POSITIVE_INFINITY;
  let going = node.has(1) ? node.number(1, 'condition') !== 0 : true;
  let carried: readonly Value[] = Array.from({ length: Math.max(0, node.inputCount - 2) }, (_, i) =>
    node.value(i + 2),
  );
  const n = carried.length;
  const collected: Tensor[][] = [];
  for (let round = 0; going && round < most; round++) {
    if (round >= LONGEST_LOOP) node.refuse(`it runs more than ${LONGEST_LOOP} rounds`);
    const scalar = (value: number, dtype: 'int32' | 'bool') => known(Float64Array.of(value), [], dtype);
    const results = node.graphs.run(body, [scalar(round, 'int32'), scalar(1, 'bool'), ...carried]);
    const next = results[0]?.numbers();
    if (next === undefined)
      return node.refuse(
        'whether it goes on is computed from data, so that it has no known number of rounds',
      );
    going = next[0] !== 0;
    carried = results.slice(1, n + 1);
    results.slice(n + 1).forEach((value, i) => {
      collected[i] ??= [];
      collected[i].push(value.tensor());
    });
  }
  if (collected.length < body.outputs.length - 1 - n)
    return node.refuse('it runs no round, so that its collected outputs have no shape');
  return [...carried, ...collected.map((list) => stack(list, 0))];
}

/** A scan over an axis of known length, written out. */
function scan(node: ImportNode): (Tensor | Value)[] {
  if (node.opset < 9) node.refuse('operator set 8 gave it an axis of batches');
  const body = node.graph('body');
  const scanned = node.int('num_scan_inputs', 0);
  const states = node.inputCount - scanned;
  if (!(scanned >= 1 && states >= 0)) node.refuse(`it scans ${scanned} of ${node.inputCount} inputs`);
  const list = (name: string, n: number): readonly number[] => node.ints(name) ?? Array<number>(n).fill(0);
  const outputs = body.outputs.length - states;
  const inputAxes = list('scan_input_axes', scanned);
  const inputWays = list('scan_input_directions', scanned);
  const outputAxes = list('scan_output_axes', outputs);
  const outputWays = list('scan_output_directions', outputs);
  const sequences = Array.from({ length: scanned }, (_, i) => {
    const x = node.tensor(states + i);
    const axis = node.axis(inputAxes[i] ?? 0, x.shape.length);
    return { x: inputWays[i] === 1 ? flip(x, axis) : x, axis };
  });
  const length = dims(sequences[0]!.x)[sequences[0]!.axis]!;
  if (!(length >= 1 && length <= LONGEST_LOOP)) node.refuse(`it runs ${length} rounds`);
  let state: readonly Value[] = Array.from({ length: states }, (_, i) => node.value(i));
  const collected: Tensor[][] = Array.from({ length: outputs }, () => []);
  for (let round = 0; round < length; round++) {
    const parts = sequences.map(({ x, axis }) =>
      computed(
        reshape(
          slice(x, axis, round, round + 1),
          x.shape.filter((_, i) => i !== axis),
        ),
      ),
    );
    const results = node.graphs.run(body, [...state, ...parts]);
    state = results.slice(0, states);
    results.slice(states).forEach((value, i) => {
      collected[i]?.push(value.tensor());
    });
  }
  return [
    ...state,
    ...collected.map((list, i) => {
      const first = list[0]!;
      const axis = node.axis(outputAxes[i] ?? 0, first.shape.length + 1);
      const joined = stack(list, axis);
      return outputWays[i] === 1 ? flip(joined, axis) : joined;
    }),
  ];
}

/** Graphs within graphs. */
export const controlRules = {
  If: branch,
  Loop: loop,
  Scan: scan,
} satisfies ImportRules;
