import type { Node, Tensor } from '../../tensor/tensor.ts';
import { type GraphBuilder, MICROSOFT } from '../graph-builder.ts';
import { convolutionSizes, WORTHWHILE } from './convolution-sizes.ts';
import { emitPads } from './emit-pads.ts';
import type { Lowering } from './lower-rule.ts';
import { unswapped } from './unswapped.ts';

/**
 * Convolutions to a few channels (the last one of a model of images) and, for their weight's gradient, those with a 1x1
 * kernel, as matrix products. The narrow side has as many rows as it has channels and the kernel positions; products
 * with copies of it, one for each position, take a fraction of the time of ONNX Runtime's convolutions, which work on
 * blocks of channels.
 */
const FEW = 32;

/** What a narrow side with strides of 1 looks like from each position of the wide one. */
interface Narrow {
  readonly channels: number;
  /** Of the wide side. */
  readonly height: number;
  readonly width: number;
  readonly kernel: readonly [number, number];
  readonly pads: readonly number[];
}

/** y [n, channels, h', w'] from x [n, c, h, w]: each kernel position's product with x, moved to where it belongs. */
export function fewOutputsConv(node: Node<'conv'>): Lowering | undefined {
  const sizes = convolutionSizes(node);
  const [x] = node.inputs as [Tensor];
  if (sizes === undefined || typeof x.shape[0] !== 'number') return undefined;
  const [n, inputs, height, width] = sizes.x as [number, number, number, number];
  const [channels, , rows, columns] = sizes.w as [number, number, number, number];
  const narrow = narrowSide(node, channels, [height, width], [rows, columns]);
  if (narrow === undefined || sizes.operations < WORTHWHILE || inputs < FEW) return undefined;
  const [, , below, beside] = node.outputs[0]!.shape as [number, number, number, number];
  return {
    reads: node.inputs,
    emit: (graph, [x, w, bias]) => {
      const turned = graph.node('Transpose', [w!], { perm: [2, 3, 0, 1] });
      const matrix = graph.node('Reshape', [turned, graph.integers([rows * columns * channels, inputs])]);
      const wide = graph.node('Reshape', [x!, graph.integers([n, inputs, height * width])]);
      const products = graph.node('Reshape', [
        graph.node('MatMul', [matrix, wide]),
        graph.integers([n, rows * columns * channels, height, width]),
      ]);
      const padded = emitPads(graph, products, narrow.pads);
      const moved = kernelPositions(narrow).map(([row, column], k) =>
        graph.node('Slice', [
          padded,
          graph.integers([k * channels, row, column]),
          graph.integers([(k + 1) * channels, row + below, column + beside]),
          graph.integers([1, 2, 3]),
        ]),
      );
      const sum = moved.length === 1 ? moved[0]! : graph.node('Sum', moved);
      return [
        bias === undefined
          ? sum
          : graph.node('Add', [sum, graph.node('Reshape', [bias, graph.integers([channels, 1, 1])])]),
      ];
    },
  };
}

/** The gradient of the weight: a convolution over swapped views of x and the gradient. */
export function fewOutputsWeightGradient(node: Node<'conv'>): Lowering | undefined {
  const sizes = convolutionSizes(node);
  const [x, g] = node.inputs.map(unswapped);
  if (sizes === undefined || x === undefined || g === undefined || node.inputs.length > 2) return undefined;
  const [inputs, n, height, width] = sizes.x as [number, number, number, number];
  const [channels] = sizes.w as [number];
  const kernel = node.outputs[0]!.shape.slice(2) as [number, number];
  const [rows, columns] = kernel;
  const narrow = narrowSide(node, channels, [height, width], kernel, rows * columns === 1);
  if (narrow === undefined || sizes.operations < WORTHWHILE || inputs < FEW) return undefined;
  return {
    reads: [x, g],
    emit: (graph, [x, g]) => {
      const wide = graph.node('Reshape', [x!, graph.integers([n, inputs, height * width])]);
      const products = graph.node(
        'FusedMatMul',
        [wide, emitShifted(graph, g!, n, narrow)],
        { transB: 1 },
        MICROSOFT,
      );
      const sum = graph.node('ReduceSum', [products, graph.integers([0])], { keepdims: 0 });
      const parts = graph.node('Reshape', [sum, graph.integers([inputs, rows, columns, channels])]);
      return [graph.node('Transpose', [parts], { perm: [0, 3, 1, 2] })];
    },
  };
}

/** The gradient of the input, which is a transposed convolution of a few channels. */
export function fewInputsConvTranspose(node: Node<'conv-transpose'>): Lowering | undefined {
  const sizes = convolutionSizes(node);
  const [x] = node.inputs as [Tensor];
  if (sizes === undefined || typeof x.shape[0] !== 'number' || node.inputs.length > 2) return undefined;
  const [channels, outputs, rows, columns] = sizes.w as [number, number, number, number];
  const [n] = sizes.x as [number];
  const [height, width] = node.outputs[0]!.shape.slice(2) as [number, number];
  const narrow = narrowSide(node, channels, [height, width], [rows, columns]);
  if (narrow === undefined || sizes.operations < WORTHWHILE || outputs < FEW) return undefined;
  return {
    reads: node.inputs,
    emit: (graph, [x, w]) => {
      const turned = graph.node('Transpose', [w!], { perm: [1, 2, 3, 0] });
      const matrix = graph.node('Reshape', [turned, graph.integers([outputs, rows * columns * channels])]);
      const products = graph.node('MatMul', [matrix, emitShifted(graph, x!, n, narrow)]);
      return [graph.node('Reshape', [products, graph.integers([n, outputs, height, width])])];
    },
  };
}

function narrowSide(
  { attributes }: Node<'conv'> | Node<'conv-transpose'>,
  channels: number,
  [height, width]: readonly [number, number],
  kernel: readonly [number, number],
  any = false,
): Narrow | undefined {
  const { strides, dilations, pads } = attributes;
  const plain = [...strides, ...dilations].every((step) => step === 1);
  const inside = pads.every((pad, i) => pad < kernel[i % 2]!);
  const few = any || channels * kernel[0] * kernel[1] <= FEW;
  return plain && inside && few ? { channels, height, width, kernel, pads } : undefined;
}

/**
 * The narrow side [n, channels, h', w'] as [n, kernel positions * channels, h w]: at each position of the wide side
 * what the narrow one holds where this position of the kernel leads to, 0 outside.
 */
function emitShifted(graph: GraphBuilder, g: string, n: number, narrow: Narrow): string {
  const { channels, height, width, pads } = narrow;
  const [rows, columns] = narrow.kernel;
  const [top, left, bottom, right] = pads.map((pad, i) => narrow.kernel[i % 2]! - 1 - pad) as [
    number,
    number,
    number,
    number,
  ];
  const padded = emitPads(graph, g, [top, left, bottom, right]);
  const positions = kernelPositions(narrow);
  if (positions.length === 1)
    return graph.node('Reshape', [padded, graph.integers([n, channels, height * width])]);
  const copies = positions.map(([row, column]) => {
    const y = rows - 1 - row;
    const x = columns - 1 - column;
    return graph.node('Slice', [
      padded,
      graph.integers([y, x]),
      graph.integers([y + height, x + width]),
      graph.integers([2, 3]),
    ]);
  });
  const joined = graph.node('Concat', copies, { axis: 1 });
  return graph.node('Reshape', [joined, graph.integers([n, copies.length * channels, height * width])]);
}

/** Rows and columns of a kernel, in the order in which they lie in memory. */
const kernelPositions = ({ kernel: [rows, columns] }: Narrow) =>
  Array.from({ length: rows * columns }, (_, k) => [Math.floor(k / columns), k % columns] as const);
