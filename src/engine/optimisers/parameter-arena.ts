import { GraftError, lookUp } from '../../errors.ts';
import type { Values } from '../../tensor/parameters.ts';
import type { Kernel, RunKernel } from './kernel.ts';
import { bindLoops } from './kernel-loops.ts';
import { sumOfSquares } from './sum-of-squares.ts';
import { allocateWasm, type VectorBackend, wasmAvailable } from './wasm-backend.ts';

/** A trained parameter tensor as it is asked for. */
export interface SegmentSpec {
  readonly name: string;
  /** Number of elements. */
  readonly length: number;
  /** The layer group whose learning rate it takes; 'default' if absent. */
  readonly group?: string;
  /** Whether weight decay applies to it; true if absent. */
  readonly decay?: boolean;
}

/** A trained parameter tensor's place in the flat vectors: elements [offset, offset + length). */
export interface Segment extends Required<SegmentSpec> {
  readonly offset: number;
}

/**
 * All trained parameters of one optimiser as one flat vector, and vectors of the same length beside it: the
 * gradient, and one for each name in `slots` (the optimiser's memory, an average, …). Segments stand one after
 * another without gaps. Frozen parameters are not in it.
 *
 * The vectors are live: a compiled program may read `parameters` and write `gradient` without a copy, and they
 * stay at the same place for the arena's life.
 */
export interface ParameterArena {
  readonly segments: readonly Segment[];
  /** Number of elements of every vector. */
  readonly length: number;
  /** What computes the updates. Both give the same bits. */
  readonly backend: 'wasm' | 'loops';
  readonly parameters: Float32Array;
  readonly gradient: Float32Array;
  readonly slots: readonly string[];
  /** The vector of that name: 'parameters', 'gradient' or a slot. */
  slot(name: string): Float32Array;
  /** The part of a vector ('parameters' if none is named) that belongs to the segment of that name. */
  segment(name: string, vector?: string): Float32Array;
  /** A vector's segments by name, as a program's inputs or outputs. */
  views(vector: string): Values;
  /** Makes a kernel run on this arena's vectors: `vectors[v]` names the one that stands for the kernel's `v`. */
  bind<V extends string, S extends string>(
    kernel: Kernel<V, S>,
    vectors: Readonly<Record<V, string>>,
  ): RunKernel<S>;
  /** The sum of squares of a vector, in float64, always added in the same order. */
  sumOfSquares(name: string): number;
}

export interface ArenaOptions {
  /** Names of the vectors beside parameters and gradient; `slotsOf` gives those that an optimiser needs. */
  readonly slots?: readonly string[];
  /** Default: WebAssembly where the JavaScript engine has its SIMD instructions, loops elsewhere. */
  readonly backend?: 'wasm' | 'loops';
}

/**
 * Allocates the vectors for parameters of the given names and lengths, all zero.
 *
 * Errors: `invalid-value` for a name that occurs twice or a length that is no whole number; `out-of-resource`
 * when the vectors do not fit into memory (WebAssembly addresses 4 GiB); `unsupported` for a backend that is
 * not there.
 */
export function createParameterArena(
  specs: readonly SegmentSpec[],
  options: ArenaOptions = {},
): ParameterArena {
  const segments = layOut(specs);
  const length = segments.reduce((sum, segment) => sum + segment.length, 0);
  const slots = [...(options.slots ?? [])];
  const names = ['parameters', 'gradient', ...slots];
  rejectDuplicates('vector of a parameter arena', names);
  const backend = options.backend ?? (wasmAvailable() ? 'wasm' : 'loops');
  const memory = backend === 'wasm' ? allocateWasm(names, length) : allocateLoops(names, length);
  const slot = (name: string) => lookUp('vector', memory.vectors, name);
  const part = (vector: Float32Array, segment: Segment) =>
    vector.subarray(segment.offset, segment.offset + segment.length);
  const byName = Object.fromEntries(segments.map((segment) => [segment.name, segment]));
  return {
    segments,
    length,
    backend,
    parameters: slot('parameters'),
    gradient: slot('gradient'),
    slots,
    slot,
    segment: (name, vector = 'parameters') => part(slot(vector), lookUp('parameter', byName, name)),
    views: (vector) => {
      const whole = slot(vector);
      return Object.fromEntries(segments.map((segment) => [segment.name, part(whole, segment)]));
    },
    bind: (kernel, vectors) => {
      for (const name of Object.values<string>(vectors)) slot(name);
      return memory.bind(kernel, vectors);
    },
    sumOfSquares: (name) => {
      slot(name);
      return memory.sumOfSquares(name);
    },
  };
}

function layOut(specs: readonly SegmentSpec[]): Segment[] {
  rejectDuplicates(
    'parameter',
    specs.map((spec) => spec.name),
  );
  let offset = 0;
  return specs.map((spec) => {
    if (!Number.isSafeInteger(spec.length) || spec.length < 0)
      throw new GraftError('invalid-value', {
        what: `the length of parameter '${spec.name}'`,
        received: spec.length,
        allowed: 'a whole number of elements',
      });
    const segment = { ...spec, group: spec.group ?? 'default', decay: spec.decay ?? true, offset };
    offset += spec.length;
    return segment;
  });
}

function rejectDuplicates(what: string, names: readonly string[]): void {
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined)
    throw new GraftError('invalid-value', {
      what: `the name of a ${what}`,
      received: twice,
      allowed: 'each name once',
    });
}

function allocateLoops(names: readonly string[], length: number): VectorBackend {
  const vectors = Object.fromEntries(names.map((name) => [name, new Float32Array(length)]));
  return {
    vectors,
    bind: <V extends string, S extends string>(
      kernel: Kernel<V, S>,
      bound: Readonly<Record<V, string>>,
    ): RunKernel<S> => {
      const arrays = Object.fromEntries(kernel.vectors.map((v) => [v, vectors[bound[v]]!]));
      return bindLoops(kernel, arrays as Record<V, Float32Array>);
    },
    sumOfSquares: (name) => sumOfSquares(vectors[name]!),
  };
}
