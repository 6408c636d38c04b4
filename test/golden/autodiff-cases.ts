import { input } from '../../src/tensor/build.ts';
import { gradients } from '../../src/tensor/gradient.ts';
import { type Program, program } from '../../src/tensor/program.ts';
import type { Tensor } from '../../src/tensor/tensor.ts';
import { builders, type Tensors } from './autodiff-builders.ts';
import {
  type GoldenCase,
  type GoldenTensor,
  type GoldenValue,
  numbers,
  sharedGolden,
} from './shared-golden.ts';

/** A reference case as a program: its outputs and its gradients, by the names of the reference. */
export interface AutodiffCase {
  readonly name: string;
  readonly program: Program;
  readonly feeds: Readonly<Record<string, Float64Array | Int32Array | Uint8Array>>;
  /** What each output of the program must be, row-major. */
  readonly expected: Readonly<Record<string, readonly number[]>>;
}

interface AutodiffGolden extends GoldenCase {
  op: string;
  upstream: Record<string, GoldenValue>;
}

export const autodiffFiles = [
  'autodiff-activations',
  'autodiff-conv',
  'autodiff-losses',
  'autodiff-norm',
  'autodiff-pool-resize',
  'autodiff-sequence',
  'autodiff-tensor',
] as const;

/** Operations of the reference values that Graft does not have, and why. */
export const outOfScope: Readonly<Record<string, string>> = {
  sort: 'no operation orders elements',
  topk: 'no operation orders elements',
  inverse: 'matrix decompositions are computed outside of programs',
  logdet: 'matrix decompositions are computed outside of programs',
  cholesky: 'matrix decompositions are computed outside of programs',
  solve: 'matrix decompositions are computed outside of programs',
};

/** Why a case has no program, if so. */
export function whyLeftOut(c: GoldenCase): string | undefined {
  const { op, options } = c as AutodiffGolden;
  if (op === 'interpolate' && options?.mode === 'bicubic') return 'resizing is nearest or bilinear';
  return outOfScope[op];
}

/** The cases of a file, or null where the reference values are not there. */
export function autodiffCases(file: string): GoldenCase[] | null {
  return sharedGolden(file);
}

const isTensor = (value: unknown): value is Tensor => Array.isArray((value as Tensor).shape);

export function autodiffCase(golden: GoldenCase): AutodiffCase {
  const c = golden as AutodiffGolden;
  const feeds: Record<string, Float64Array | Int32Array | Uint8Array> = {};
  const inputs: Record<string, Tensor> = {};
  for (const [name, value] of Object.entries(c.inputs)) {
    const { shape, data } = tensorOf(value);
    // The reference has no types: truth values are written as such, indices by name.
    if (typeof data[0] === 'boolean') {
      inputs[name] = input(name, shape, 'bool');
      feeds[name] = Uint8Array.from(data, Number);
    } else if (name === 'indices' || (name === 'target' && isClass(c, shape))) {
      inputs[name] = input(name, shape, 'int32');
      feeds[name] = Int32Array.from(data);
    } else {
      inputs[name] = input(name, shape);
      feeds[name] = Float64Array.from(data);
    }
  }
  const built = builders[c.op]!(inputs, c.options ?? {});
  const outputs: Tensors = isTensor(built) ? { output: built } : built;
  const weighted = Object.keys(c.upstream);
  const upstream = weighted.map((name) => {
    const { shape, data } = tensorOf(c.upstream[name]!);
    feeds[`upstream of ${name}`] = Float64Array.from(data);
    return input(`upstream of ${name}`, shape);
  });
  const differentiated = Object.keys(inputs).filter((name) => c.expected[`grad_${name}`] !== undefined);
  const found = gradients(
    weighted.map((name) => outputs[name]!),
    differentiated.map((name) => inputs[name]!),
    upstream,
  );
  const all: Record<string, Tensor> = { ...outputs };
  differentiated.forEach((name, i) => {
    all[`grad_${name}`] = found[i]!;
  });
  const p = program(all);
  const used = new Set(p.inputs.map((node) => node.attributes.name));
  return {
    name: c.name,
    program: p,
    feeds: Object.fromEntries(Object.entries(feeds).filter(([name]) => used.has(name))),
    expected: Object.fromEntries(Object.keys(c.expected).map((name) => [name, numbers(c.expected[name])])),
  };
}

/** Targets that are class numbers have one axis less than the logits. */
function isClass(c: AutodiffGolden, shape: readonly number[]): boolean {
  return c.op === 'cross_entropy' && shape.length < tensorOf(c.inputs.logits!).shape.length;
}

function tensorOf(value: GoldenValue): { shape: number[]; data: number[] } {
  if (typeof value === 'number') return { shape: [], data: [value] };
  return value as GoldenTensor;
}
