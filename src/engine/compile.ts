import { GraftError } from '../errors.ts';
import { exportFiles } from '../onnx/export-program.ts';
import { rewriteProgram } from '../onnx/rewrites/rewrite-program.ts';
import { liveBytes } from '../tensor/live-bytes.ts';
import { optimiseProgram } from '../tensor/passes/optimise-program.ts';
import type { Program } from '../tensor/program.ts';
import { bind, type Shape, symbolsOf } from '../tensor/shape.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { blockedChannels } from './blocked-channels.ts';
import type { Device } from './device.ts';
import { type Arrays, Executable, type Slot, type Symbols } from './executable.ts';
import { SessionPool } from './session-pool.ts';

export interface CompileOptions {
  /** Threads of one run; several processes of one thread each are faster than one process with several. Default 1. */
  readonly threads?: number;
  readonly device?: Device;
  /** Inputs whose values never change, frozen weights above all: the engine lays them out for its fastest kernels. */
  readonly constants?: Arrays;
  /** Sizes of dimensions that the program leaves open and this executable does not. */
  readonly symbols?: Symbols;
}

/** How many compiled programs that nobody uses are kept. */
const IDLE_PROGRAMS = 16;
const pool = new SessionPool(IDLE_PROGRAMS);

/**
 * Makes a program ready to run: dead nodes, common subexpressions and constants are dealt with, the rest is written as
 * ONNX. Programs of equal content share one session. Call `dispose` when done.
 */
export async function compile(program: Program, options: CompileOptions = {}): Promise<Executable> {
  const { threads = 1, device = 'cpu', constants = {}, symbols = {} } = options;
  if (!Number.isInteger(threads) || threads < 1)
    throw new GraftError('invalid-value', {
      what: 'threads',
      received: threads,
      allowed: 'a positive integer',
    });
  const names = program.inputs.map((node) => node.attributes.name);
  for (const name of Object.keys(constants))
    if (!names.includes(name))
      throw new GraftError('unknown-name', { kind: 'input', received: name, allowed: names });
  const values = Object.keys(program.outputs).map((name) => valueName(name, names));
  const outputs = Object.values(program.outputs);
  const renamed = { ...program, outputs: Object.fromEntries(values.map((value, i) => [value, outputs[i]!])) };
  const optimised = rewriteProgram(optimiseProgram(renamed));
  const used = new Set(optimised.inputs.map((node) => node.attributes.name));
  const frozen = Object.fromEntries(Object.entries(constants).filter(([name]) => used.has(name)));
  const block = device === 'cpu' ? await blockedChannels() : undefined;
  const emptyOutput =
    device === 'cpu' && isLarge(outputs, symbols) ? valueName('empty', [...names, ...values]) : undefined;
  const model = exportFiles(optimised, {
    constants: frozen,
    symbols,
    ...(block === undefined ? {} : { blockedChannels: block }),
    ...(emptyOutput === undefined ? {} : { emptyOutput }),
  });
  const lease = await pool.lease(model, { device, threads });
  const slot = (name: string, { dtype, shape }: Tensor): Slot => ({
    name,
    dtype,
    shape: fix(shape, symbols),
  });
  return new Executable(
    lease,
    program.inputs
      .filter((node) => !Object.hasOwn(constants, node.attributes.name))
      .map((node) => ({
        ...slot(node.attributes.name, node.outputs[0]!),
        used: used.has(node.attributes.name),
      })),
    Object.keys(program.outputs).map((name, i) => ({ ...slot(name, outputs[i]!), value: values[i]! })),
    emptyOutput,
    (sizes) => liveBytes(optimised, { ...symbols, ...sizes }),
  );
}

/** Outputs of more values than this cost more to copy than to keep ONNX Runtime from copying them. */
const LARGE = 16_384;

function isLarge(outputs: readonly Tensor[], symbols: Symbols): boolean {
  const size = ({ shape }: Tensor) =>
    fix(shape, symbols).reduce<number>((n, d) => n * (typeof d === 'number' ? d : 1), 1);
  return outputs.reduce((sum, output) => sum + size(output), 0) > LARGE;
}

/** An output's name in the graph: its own, unless an input has that name. */
function valueName(name: string, inputs: readonly string[]): string {
  return inputs.includes(name) ? valueName(`${name} after`, inputs) : name;
}

function fix(shape: Shape, symbols: Symbols): Shape {
  return shape.map((dimension) =>
    symbolsOf([dimension]).every((symbol) => symbols[symbol] !== undefined)
      ? bind(dimension, symbols)
      : dimension,
  );
}
