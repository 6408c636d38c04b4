import { GraftError } from '../../errors.ts';
import type { Kernel, RunKernel } from './kernel.ts';
import { scalarOf } from './kernel-loops.ts';
import { encodeKernel } from './kernel-wasm.ts';
import { encodeSumOfSquares } from './sum-of-squares.ts';

/** Equally long float32 vectors and what can be computed on them. */
export interface VectorBackend {
  readonly vectors: Readonly<Record<string, Float32Array>>;
  bind<V extends string, S extends string>(
    kernel: Kernel<V, S>,
    vectors: Readonly<Record<V, string>>,
  ): RunKernel<S>;
  sumOfSquares(name: string): number;
}

/** What is used of the JavaScript engine's `WebAssembly` object, which the compiler's library does not declare. */
interface WebAssemblyApi {
  validate(bytes: Uint8Array): boolean;
  Memory: new (limits: { initial: number; maximum: number }) => { readonly buffer: ArrayBuffer };
  Module: new (bytes: Uint8Array) => object;
  Instance: new (
    module: object,
    imports: Record<string, Record<string, object>>,
  ) => { readonly exports: Record<string, (...values: number[]) => number> };
}

const api = (globalThis as unknown as { WebAssembly?: WebAssemblyApi }).WebAssembly;

/** Whether this JavaScript engine runs WebAssembly with SIMD instructions. */
export function wasmAvailable(): boolean {
  return api?.validate(encodeSumOfSquares()) ?? false;
}

const page = 65_536;
const pages = 65_536;

/**
 * Vectors of `length` zeros in one WebAssembly memory of fixed size: it never grows, so the views stay valid.
 *
 * A kernel walks through several vectors at the same pace. Were their addresses equal modulo 4096, the processor
 * would take each load for a possible reader of the store just made and wait (measured: half the speed), so each
 * vector starts at a different distance from a multiple of 4096.
 */
export function allocateWasm(names: readonly string[], length: number): VectorBackend {
  if (!wasmAvailable())
    throw new GraftError('unsupported', {
      what: "the 'wasm' backend of a parameter arena",
      reason: 'this JavaScript engine has no WebAssembly SIMD instructions',
    });
  let end = 0;
  const addresses = Object.fromEntries(
    names.map((name, index) => {
      const address = Math.ceil(end / 4096) * 4096 + ((index * 576) % 4096);
      end = address + 4 * length;
      return [name, address];
    }),
  );
  const memory = reserve(Math.max(1, Math.ceil(end / page)), end);
  const vectors = Object.fromEntries(
    names.map((name) => [name, new Float32Array(memory.buffer, addresses[name]!, length)]),
  );
  const instantiate = (bytes: Uint8Array) =>
    new api!.Instance(new api!.Module(bytes), { arena: { memory } }).exports.run!;
  const squares = instantiate(encodeSumOfSquares());
  return {
    vectors,
    bind: <V extends string, S extends string>(
      kernel: Kernel<V, S>,
      bound: Readonly<Record<V, string>>,
    ): RunKernel<S> => {
      const run = instantiate(encodeKernel(kernel));
      const starts = kernel.vectors.map((vector) => addresses[bound[vector]]!);
      return (offset, count, scalars) => {
        const given = kernel.scalars.map((name) => scalarOf(scalars, name));
        run(count, ...starts.map((start) => start + 4 * offset), ...given);
      };
    },
    sumOfSquares: (name) => squares(length, addresses[name]!),
  };
}

function reserve(count: number, bytes: number): { readonly buffer: ArrayBuffer } {
  try {
    if (count <= pages) return new api!.Memory({ initial: count, maximum: count });
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
  }
  throw new GraftError('out-of-resource', {
    resource: 'memory for trained parameters and their optimiser state',
    needed: `${(bytes / 2 ** 20).toFixed(0)} MiB`,
    available: count > pages ? '4096 MiB, the most that WebAssembly addresses' : 'less than that',
    hint: 'Train fewer parameters, or use an optimiser with less state.',
  });
}
