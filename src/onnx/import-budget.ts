import { GraftError } from '../errors.ts';
import { sizeOf } from '../tensor/shape.ts';
import { LARGEST_CONSTANT } from './import-rules/value.ts';

/** Nodes of a file that are imported at most, loops written out: a small file can nest large loops. */
const MOST_NODES = 200_000;
/** Nodes of the program that they become: a recurrence is many nodes. As many as a program in a checkpoint may have. */
const MOST_PROGRAM_NODES = 500_000;
/** Elements of all constants that are made on the way. */
const MOST_ELEMENTS = 2 ** 25;
/** Elements of a computed value of one example. */
const LARGEST_VALUE = 2 ** 27;

/** What an import may make at most. A file of a few bytes can ask for any amount; whoever makes something asks here first. */
export class ImportBudget {
  private readonly path: string;
  private readonly examples: number;
  private nodes = 0;
  private programNodes = 0;
  private elements = 0;

  /** @param examples the number of examples that shapes are given for */
  constructor(path: string, examples: number) {
    this.path = path;
    this.examples = examples;
  }

  /** One more node of the file. */
  takeNode(): void {
    if (++this.nodes > MOST_NODES)
      this.refuse(`it has more than ${MOST_NODES} nodes with its loops written out`);
  }

  /** One more node of the program. */
  takeProgramNode(): void {
    if (++this.programNodes > MOST_PROGRAM_NODES)
      this.refuse(
        `it takes more than ${MOST_PROGRAM_NODES} operations with its loops and recurrences written out`,
      );
  }

  /** Whether a constant of that shape may be made; its elements are counted. */
  allowsConstant(shape: readonly number[]): boolean {
    // An axis of length 0 does not make the others free: lists are made along them.
    const size = shape.reduce((n, d) => n * Math.max(1, d), 1);
    if (!isShape(shape) || !(size <= LARGEST_CONSTANT)) return false;
    this.elements += size;
    if (this.elements > MOST_ELEMENTS)
      this.refuse(`the constants that follow from it have more than ${MOST_ELEMENTS} elements`);
    return true;
  }

  /** Whether a value of that shape may be computed. */
  allowsValue(shape: readonly number[]): boolean {
    return isShape(shape) && sizeOf(shape) <= LARGEST_VALUE * this.examples;
  }

  private refuse(reason: string): never {
    throw new GraftError('unsupported', { what: this.path, reason });
  }
}

const isShape = (shape: readonly number[]): boolean => shape.every((d) => Number.isSafeInteger(d) && d >= 0);
