import type { Stream } from '../../src/random.ts';
import { input } from '../../src/tensor/build.ts';
import { gradients } from '../../src/tensor/gradient.ts';
import type { DType } from '../../src/tensor/ops.ts';
import { type Program, program } from '../../src/tensor/program.ts';
import { isConcrete } from '../../src/tensor/shape.ts';
import type { Tensor } from '../../src/tensor/tensor.ts';

/** What a case's input holds. */
export interface Values {
  readonly shape: readonly (number | string)[];
  readonly dtype?: DType;
  /** `normal` draws, `positive` in (0.3, 2.3), `quarters` = multiples of 1/4 with ties, or integers below a bound. */
  readonly values?: 'normal' | 'positive' | 'quarters' | number;
}

export type Tensors = Readonly<Record<string, Tensor>>;

/** A small program and its inputs, on which every way to run programs must agree. */
export interface OperationCase {
  readonly name: string;
  readonly inputs: Readonly<Record<string, Values>>;
  readonly build: (inputs: Tensors) => Tensor | Tensors;
  /** Sizes of open dimensions. */
  readonly symbols?: Readonly<Record<string, number>>;
}

export function programOf(c: OperationCase): Program {
  const inputs = Object.fromEntries(
    Object.entries(c.inputs).map(([name, { shape, dtype }]) => [name, input(name, shape, dtype)]),
  );
  const result = c.build(inputs);
  return program(isTensor(result) ? { y: result } : result);
}

/**
 * The program of the case's gradients: of the sum of all float32 outputs, each weighted by an input of its own, with
 * respect to all float32 inputs. Undefined where there is nothing to differentiate.
 */
export function gradientCaseOf(c: OperationCase): OperationCase | undefined {
  const differentiable = Object.entries(c.inputs).filter(([, { dtype = 'float32' }]) => dtype === 'float32');
  const open = Object.values(c.inputs).some(({ shape }) => !isConcrete(shape));
  const outputs = Object.entries(programOf(c).outputs).filter(([, { dtype }]) => dtype === 'float32');
  if (open || differentiable.length === 0 || outputs.length === 0) return undefined;
  const weights = outputs.map(([name, { shape }]): [string, Values] => [`weight of ${name}`, { shape }]);
  return {
    name: c.name,
    inputs: { ...c.inputs, ...Object.fromEntries(weights) },
    build: (inputs) => {
      const result = c.build(inputs);
      const tensors: Tensors = isTensor(result) ? { y: result } : result;
      const wrt = differentiable.map(([name]) => inputs[name]!);
      const found = gradients(
        outputs.map(([name]) => tensors[name]!),
        wrt,
        weights.map(([name]) => inputs[name]!),
      );
      return Object.fromEntries(differentiable.map(([name], i) => [`gradient of ${name}`, found[i]!]));
    },
  };
}

const isTensor = (value: Tensor | Tensors): value is Tensor => Array.isArray((value as Tensor).shape);

export function feedsOf(
  c: OperationCase,
  random: Stream,
): Record<string, Float32Array | Int32Array | Uint8Array> {
  return Object.fromEntries(
    Object.entries(c.inputs).map(([name, { shape, dtype = 'float32', values = 'normal' }]) => {
      const n = shape.reduce<number>((size, d) => size * (typeof d === 'number' ? d : c.symbols![d]!), 1);
      const draw = random.child(c.name).child(name);
      if (dtype === 'int32') return [name, draw.integers(n, values as number)];
      if (dtype === 'bool') return [name, Uint8Array.from(draw.integers(n, 2))];
      if (values === 'positive') return [name, Float32Array.from(draw.uniforms(n), (v) => 0.3 + 2 * v)];
      if (values === 'quarters') return [name, Float32Array.from(draw.integers(n, 9), (v) => (v - 4) / 4)];
      return [name, Float32Array.from(draw.normals(n))];
    }),
  );
}
