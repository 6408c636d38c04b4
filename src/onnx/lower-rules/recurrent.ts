import { product } from '../../tensor/shape.ts';
import type { Node, Tensor } from '../../tensor/tensor.ts';
import type { GraphBuilder } from '../graph-builder.ts';
import { emitReshape } from './arrangement.ts';
import type { LowerRule, LowerRules } from './lower-rule.ts';

/** What the rules of both recurrences need: sizes, and values of single times as matrices [batch, n]. */
function frame(graph: GraphBuilder, node: Node) {
  const [x, r] = node.inputs as [Tensor, Tensor];
  const time = x.shape[0] as number;
  const batch = x.shape[1]!;
  const width = r.shape[1] as number;
  const rows = product([time, batch]);
  /** One [batch, n * width] for each time, as [time, batch, n * width]. */
  const joined = (names: readonly string[], n: number): string =>
    emitReshape(
      graph,
      names.length === 1 ? names[0]! : graph.node('Concat', names, { axis: 0 }),
      [rows, n * width],
      [time, batch, n * width],
    );
  return {
    width,
    /** [time * batch, n] in one piece for each time. */
    steps: (name: string): readonly string[] =>
      time === 1
        ? [name]
        : graph.nodeWithOutputs('Split', [name], Array<boolean>(time).fill(true), {
            axis: 0,
            num_outputs: time,
          }),
    /** [time, batch, n * width] as [time * batch, n * width]. */
    flat: (name: string, n: number) => emitReshape(graph, name, [time, batch, n * width], [rows, n * width]),
    /** Takes what each step makes, `parts` times the width, and gives it for all times together. */
    results: (parts: readonly number[]) => {
      const made = parts.map(() => [] as string[]);
      return {
        add: (...names: readonly string[]) => {
          made.forEach((list, k) => {
            list.push(names[k]!);
          });
        },
        joined: () => made.map((names, k) => joined(names, parts[k]!)),
      };
    },
    /** [batch, sum of parts * width] cut along its columns. */
    columns: (name: string, parts: readonly number[]): readonly string[] =>
      graph.nodeWithOutputs(
        'Split',
        [name, graph.integers(parts.map((n) => n * width))],
        parts.map(() => true),
        {
          axis: 1,
        },
      ),
    zeros: () => graph.node('Expand', [graph.float(0), graph.shape([batch, width])]),
  };
}

/** Written out over time; the products with the inputs, all times at once, come from outside. */
const lstm: LowerRule<'lstm'> = (node) => ({
  reads: node.inputs,
  emit: (graph, [x, r, start, startCell]) => {
    const f = frame(graph, node);
    const results = f.results([1, 1, 3, 1]);
    let hidden = start;
    let cell = startCell;
    for (const own of f.steps(f.flat(x!, 4))) {
      const sums = hidden === undefined ? own : graph.node('Gemm', [hidden, r!, own], { transB: 1 });
      const [three, last] = f.columns(sums, [3, 1]) as [string, string];
      const gates = graph.node('Sigmoid', [three]);
      const candidate = graph.node('Tanh', [last]);
      const [input, output, forget] = f.columns(gates, [1, 1, 1]) as [string, string, string];
      const entered = graph.node('Mul', [input, candidate]);
      cell = cell === undefined ? entered : graph.node('Add', [graph.node('Mul', [forget, cell]), entered]);
      hidden = graph.node('Mul', [output, graph.node('Tanh', [cell])]);
      results.add(hidden, cell, gates, candidate);
    }
    return results.joined();
  },
});

const gru: LowerRule<'gru'> = (node) => ({
  reads: node.inputs,
  emit: (graph, [x, r, bias, start]) => {
    const f = frame(graph, node);
    const results = f.results([1, 2, 1, 1]);
    const row = graph.node('Concat', [graph.floats([2 * f.width], new Float32Array(2 * f.width)), bias!], {
      axis: 0,
    });
    const [xGates, xCandidate] = f.columns(f.flat(x!, 3), [2, 1]) as [string, string];
    const candidates = f.steps(xCandidate);
    let hidden = start ?? f.zeros();
    f.steps(xGates).forEach((own, t) => {
      const sums = graph.node('Gemm', [hidden, r!, row], { transB: 1 });
      const [two, memory] = f.columns(sums, [2, 1]) as [string, string];
      const gates = graph.node('Sigmoid', [graph.node('Add', [two, own])]);
      const [update, reset] = f.columns(gates, [1, 1]) as [string, string];
      const candidate = graph.node('Tanh', [
        graph.node('Add', [candidates[t]!, graph.node('Mul', [reset, memory])]),
      ]);
      const kept = graph.node('Mul', [update, graph.node('Sub', [hidden, candidate])]);
      hidden = graph.node('Add', [candidate, kept]);
      results.add(hidden, gates, candidate, memory);
    });
    return results.joined();
  },
});

/** Values of outputs that nobody reads are written as well and dropped with all that is read by nobody. */
export const recurrentLowering = { lstm, gru } satisfies Partial<LowerRules>;
