import { InferenceSession } from 'onnxruntime-node';
import { GraftError } from '../errors.ts';
import { exportProgram } from '../onnx/export-program.ts';
import type { Program } from '../tensor/program.ts';
import { bind, type Shape, symbolsOf } from '../tensor/shape.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { type Device, noDevice } from './device.ts';
import { type Arrays, Executable, type Slot, type Symbols } from './executable.ts';

export interface CompileOptions {
  /** Threads of one run; several processes of one thread each are faster than one process with several. Default 1. */
  readonly threads?: number;
  readonly device?: Device;
  /** Inputs whose values never change, frozen weights above all: the engine lays them out for its fastest kernels. */
  readonly constants?: Arrays;
  /** Sizes of dimensions that the program leaves open and this executable does not. */
  readonly symbols?: Symbols;
}

/** Makes a program ready to run. */
export async function compile(program: Program, options: CompileOptions = {}): Promise<Executable> {
  const { threads = 1, device = 'cpu', constants = {}, symbols = {} } = options;
  if (!Number.isInteger(threads) || threads < 1)
    throw new GraftError('invalid-value', {
      what: 'threads',
      received: threads,
      allowed: 'a positive integer',
    });
  const bytes = exportProgram(program, { constants, symbols });
  const session = await createSession(bytes, device, threads);
  const slot = (name: string, { dtype, shape }: Tensor): Slot => ({
    name,
    dtype,
    shape: fix(shape, symbols),
  });
  return new Executable(
    session,
    program.inputs
      .filter((node) => !Object.hasOwn(constants, node.attributes.name))
      .map((node) => slot(node.attributes.name, node.outputs[0]!)),
    Object.entries(program.outputs).map(([name, tensor]) => slot(name, tensor)),
  );
}

function fix(shape: Shape, symbols: Symbols): Shape {
  return shape.map((dimension) =>
    symbolsOf([dimension]).every((symbol) => symbols[symbol] !== undefined)
      ? bind(dimension, symbols)
      : dimension,
  );
}

async function createSession(bytes: Uint8Array, device: Device, threads: number): Promise<InferenceSession> {
  try {
    return await InferenceSession.create(bytes, {
      executionProviders: [device],
      intraOpNumThreads: threads,
      interOpNumThreads: 1,
      executionMode: 'sequential',
      graphOptimizationLevel: 'all',
      logSeverityLevel: 3,
      // Waiting threads must not take a core from the processes beside this one.
      extra: { session: { intra_op: { allow_spinning: '0' }, inter_op: { allow_spinning: '0' } } },
    });
  } catch (cause) {
    if (device !== 'cpu') throw noDevice(device, cause);
    throw new GraftError(
      'unsupported',
      { what: 'a tensor program', reason: `ONNX Runtime refused it: ${(cause as Error).message}` },
      { cause },
    );
  }
}
