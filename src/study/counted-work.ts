import type { ProgramWork } from './program-work.ts';
import { noWork, sumOfWork, timesWork, type Work } from './work.ts';

/** A program that is compiled once and run so many times, and what is done beside each run. */
export interface RunProgram {
  readonly program?: ProgramWork;
  readonly runs: number;
  readonly beside?: Partial<Work>;
}

/** Work, and the bytes that its programs hold while they can be run. */
export interface CountedWork {
  readonly work: Work;
  readonly memory: number;
}

/** Bytes that an engine holds for a node of a compiled program, and for a byte of its intermediate results. */
const NODE_MEMORY = 16 * 2 ** 10;
const LIVE_MEMORY = 2;

/** Programs of a training or of measuring: compiled one after the other and held until the end. */
export function countedPrograms(programs: readonly RunProgram[]): CountedWork {
  return {
    work: sumOfWork(
      programs.map(({ program, runs, beside = {} }) =>
        sumOfWork([
          timesWork(sumOfWork([program?.run ?? noWork, beside]), runs),
          { compiled: program?.nodes ?? 0 },
        ]),
      ),
    ),
    memory: programs.reduce(
      (sum, { program }) =>
        sum + (program === undefined ? 0 : NODE_MEMORY * program.nodes + LIVE_MEMORY * program.live),
      0,
    ),
  };
}
