import { type InferenceSession, Tensor } from 'onnxruntime-node';
import { GraftError } from '../errors.ts';
import type { DType } from '../tensor/ops.ts';
import { bind, type Shape, sizeOf, symbolsOf } from '../tensor/shape.ts';
import { allocate, checkArray, type TypedArray } from './arrays.ts';
import type { Lease } from './session-pool.ts';

/** An input or output of a compiled program. */
export interface Slot {
  readonly name: string;
  readonly dtype: DType;
  readonly shape: Shape;
}

/** An output of a compiled program. */
export interface OutputSlot extends Slot {
  /** Its name in the ONNX graph, where inputs and outputs share one space of names. */
  readonly value: string;
}

/** An input of a compiled program, which may turn out not to matter to any output. */
export interface InputSlot extends Slot {
  readonly used: boolean;
}

export type Arrays = Readonly<Record<string, TypedArray>>;
/** Sizes of the dimensions that the program leaves open. */
export type Symbols = Readonly<Record<string, number>>;

/** A compiled program with its arrays: each `run` reads the feeds and writes the outputs where they lie. */
export interface Bound {
  /** The arrays that hold the outputs after `run`. */
  readonly outputs: Arrays;
  run(): Promise<void>;
}

/** A compiled program. */
export class Executable {
  readonly inputs: readonly InputSlot[];
  readonly outputs: readonly OutputSlot[];
  private readonly lease: Lease;
  private readonly emptyOutput: string | undefined;
  private readonly memoryOf: (symbols: Symbols) => number;
  /** Bytes that the largest run takes. */
  private memory = 0;
  private disposed = false;

  /**
   * @param emptyOutput name of the session's first output where that is an empty sequence: see `runInPlace`
   * @param memoryOf bytes that a run with these sizes of open dimensions takes
   */
  constructor(
    lease: Lease,
    inputs: readonly InputSlot[],
    outputs: readonly OutputSlot[],
    emptyOutput?: string,
    memoryOf: (symbols: Symbols) => number = () => 0,
  ) {
    this.lease = lease;
    this.emptyOutput = emptyOutput;
    this.memoryOf = memoryOf;
    this.inputs = inputs;
    this.outputs = outputs;
  }

  /**
   * Runs once and returns all outputs by name.
   * @param feeds an array for each input
   * @param fetches arrays to write outputs into; other outputs get new arrays
   * @param symbols sizes of open dimensions
   */
  async run(
    feeds: Arrays,
    fetches: Arrays = {},
    symbols: Symbols = {},
  ): Promise<Readonly<Record<string, TypedArray>>> {
    const bound = this.bind(feeds, fetches, symbols);
    await bound.run();
    return bound.outputs;
  }

  /**
   * Ties the program to arrays, so that running it again costs no more than the computation. Feeds and fetches may be
   * views of one buffer, but an output must not overlap an input that the program still reads.
   */
  bind(feeds: Arrays, fetches: Arrays = {}, symbols: Symbols = {}): Bound {
    this.checkNames(feeds, this.inputs, 'input');
    this.checkNames(fetches, this.outputs, 'output');
    const outputs: Record<string, TypedArray> = {};
    const tensorOf = (slot: Slot, array: TypedArray | undefined, what: string): Tensor => {
      const shape = this.concreteShape(slot, symbols);
      checkArray(`${what} '${slot.name}'`, array, slot.dtype, shape);
      return new Tensor(slot.dtype as 'float32', array as Float32Array, shape);
    };
    const inputTensors: Record<string, Tensor> = {};
    for (const slot of this.inputs) {
      const tensor = tensorOf(slot, feeds[slot.name], 'input');
      if (slot.used) inputTensors[slot.name] = tensor;
    }
    const outputTensors = Object.fromEntries(
      this.outputs.map((slot) => {
        const size = sizeOf(this.concreteShape(slot, symbols));
        const array = fetches[slot.name] ?? allocate(slot.dtype, size);
        outputs[slot.name] = array;
        return [slot.value, tensorOf(slot, array, 'output')];
      }),
    );
    this.memory = Math.max(this.memory, this.memoryOf(symbols));
    return {
      outputs,
      run: async () => {
        if (this.disposed)
          throw new GraftError('unsupported', {
            what: 'running a disposed program',
            reason: 'its memory has been given back',
          });
        if (this.emptyOutput === undefined) await this.lease.session.run(inputTensors, outputTensors);
        else
          await runInPlace(this.lease.session, inputTensors, { [this.emptyOutput]: null, ...outputTensors });
      },
    };
  }

  /** Ends the use of the program; what the pool of sessions does not keep for the next equal program is given back. */
  async dispose(): Promise<void> {
    if (this.disposed) return;
    this.disposed = true;
    await this.lease.release(this.memory);
  }

  private checkNames(arrays: Arrays, slots: readonly Slot[], kind: string): void {
    for (const name of Object.keys(arrays))
      if (!slots.some((slot) => slot.name === name))
        throw new GraftError('unknown-name', {
          kind,
          received: name,
          allowed: slots.map((slot) => slot.name),
        });
  }

  private concreteShape(slot: Slot, symbols: Symbols): readonly number[] {
    for (const symbol of symbolsOf(slot.shape))
      if (symbols[symbol] === undefined)
        throw new GraftError('invalid-value', {
          what: `size of the open dimension '${symbol}' of '${slot.name}'`,
          received: undefined,
          allowed: 'a positive integer',
        });
    return slot.shape.map((dimension) => bind(dimension, symbols));
  }
}

/** What ONNX Runtime's binding says about an output that is no tensor, after all outputs were computed. */
const NO_TENSOR = 'Non tensor type';

/**
 * Runs a session whose first output is a sequence and whose others are written into arrays. ONNX Runtime's binding for
 * Node.js would copy those once more into new arrays, which nobody reads and whose collection interrupts training (a
 * third of a small model's step). It begins with the first output, and refuses to hand out one that is no tensor: that
 * refusal is the sign that all arrays are written. A binding that hands it out is as good.
 */
async function runInPlace(
  session: InferenceSession,
  feeds: Readonly<Record<string, Tensor>>,
  fetches: Readonly<Record<string, Tensor | null>>,
): Promise<void> {
  try {
    await session.run(feeds, fetches);
  } catch (error) {
    if (!(error instanceof Error && error.message.startsWith(NO_TENSOR))) throw error;
  }
}
