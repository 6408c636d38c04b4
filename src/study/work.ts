/** What a computation takes, counted without knowing the machine. */
export interface Work {
  /** Operations of matrix products, attention and recurrences. */
  readonly products: number;
  /** Operations of convolutions. */
  readonly convolutions: number;
  /** Values that nodes of tensor programs read and write. */
  readonly values: number;
  /** Nodes of tensor programs that are run, one behind another. */
  readonly nodes: number;
  /** Nodes of tensor programs that are built and compiled. */
  readonly compiled: number;
  /** Operations of plain loops: optimisers, distances between samples, choices of tokens. */
  readonly scalars: number;
  /** Random numbers. */
  readonly draws: number;
}

export const noWork: Work = {
  products: 0,
  convolutions: 0,
  values: 0,
  nodes: 0,
  compiled: 0,
  scalars: 0,
  draws: 0,
};

const keys = Object.keys(noWork) as (keyof Work)[];

const mapWork = (of: (key: keyof Work) => number): Work =>
  Object.fromEntries(keys.map((key) => [key, of(key)])) as unknown as Work;

/** All of it, one after the other. */
export const sumOfWork = (parts: readonly Partial<Work>[]): Work =>
  mapWork((key) => parts.reduce((sum, part) => sum + (part[key] ?? 0), 0));

/** The same so many times. */
export const timesWork = (work: Partial<Work>, times: number): Work =>
  mapWork((key) => times * (work[key] ?? 0));
