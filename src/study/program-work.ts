import { nodeFlops } from '../tensor/flops.ts';
import { liveBytes } from '../tensor/live-bytes.ts';
import { optimiseProgram } from '../tensor/passes/optimise-program.ts';
import { type Program, program, topologicalOrder } from '../tensor/program.ts';
import { type Shape, sizeOf } from '../tensor/shape.ts';
import { isOp, type Node, type Tensor } from '../tensor/tensor.ts';
import { noWork, type Work } from './work.ts';

/** What one run of a program takes; its dimensions are numbers. */
export interface ProgramWork {
  /** Without compiling. */
  readonly run: Work;
  /** Nodes as they are compiled. */
  readonly nodes: number;
  /** Bytes of intermediate results that lie in memory at once. */
  readonly live: number;
}

/** Nodes that a step of a recurrence is written as. */
const CELL_NODES = { lstm: 11, gru: 13 } as const;
/** Values that a function of this kind costs as much as, for each that it makes. */
const TRANSCENDENTAL = 4;
const transcendental = new Set<string>([
  ...['exp', 'log', 'erf', 'sin', 'cos', 'atan', 'tanh', 'sigmoid', 'pow', 'elu'],
  ...['gelu', 'silu', 'softplus', 'softmax'],
]);
const products = new Set<string>(['matmul', 'attention', 'lstm', 'gru']);
const convolutions = new Set<string>(['conv', 'conv-transpose']);
/** What costs nothing when it is run. */
const free = new Set<string>(['input', 'constant', 'reshape', 'stop-gradient']);
/** What reads no more than it writes. */
const picking = new Set<string>(['gather', 'gather-elements', 'slice']);

const size = (shape: Shape): number => sizeOf(shape as readonly number[]);
const total = (tensors: readonly Tensor[]): number =>
  tensors.reduce((sum, tensor) => sum + size(tensor.shape), 0);

/** Channels that a kernel of a convolution handles at once: fewer take as long. */
const BLOCK = 4;

/** How many times as long a convolution takes as its operations alone would, for its channels fill no whole blocks. */
function blockShare({ outputs }: Node): number {
  const of = (channels: number) => (BLOCK * Math.ceil(channels / BLOCK)) / channels;
  return of(outputs[0]!.shape[1] as number);
}

/** Counts the program of these outputs as it is compiled. */
export const programWork = (outputs: Readonly<Record<string, Tensor>>): ProgramWork =>
  optimisedWork(optimiseProgram(program(outputs)));

/** The same of a program that is optimised already. */
export function optimisedWork(p: Program): ProgramWork {
  const count = { products: 0, convolutions: 0, values: 0, nodes: 0 };
  for (const node of topologicalOrder(Object.values(p.outputs))) {
    if (free.has(node.op)) continue;
    const written = total(node.outputs);
    const read = picking.has(node.op) ? written : total(node.inputs);
    if (products.has(node.op)) count.products += nodeFlops(node, size);
    if (convolutions.has(node.op)) count.convolutions += nodeFlops(node, size) * blockShare(node);
    if (isOp(node, 'lstm') || isOp(node, 'gru')) {
      const time = node.inputs[0]!.shape[0] as number;
      count.nodes += time * CELL_NODES[node.op];
      // Each step reads the recurrent matrix again, and makes and joins its gates.
      count.values += time * size(node.inputs[1]!.shape) + (2 + TRANSCENDENTAL) * written + read;
      continue;
    }
    count.nodes += 1;
    count.values += written + read;
    if (transcendental.has(node.op)) count.values += TRANSCENDENTAL * written;
    if (isOp(node, 'attention')) count.values += TRANSCENDENTAL * size(node.outputs[1]!.shape);
  }
  return { run: { ...noWork, ...count }, nodes: count.nodes, live: liveBytes(p) };
}
