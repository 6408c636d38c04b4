/** Cases of the shared reference values as matrices and plain numbers. */
import { type Matrix, matrix } from '../../src/numeric/matrix.ts';
import { sharedGolden } from './shared-golden.ts';

/** One case of a golden file. */
export interface GoldenCase {
  readonly name: string;
  readonly inputs: Readonly<Record<string, unknown>>;
  readonly options: Readonly<Record<string, unknown>>;
  readonly expected: Readonly<Record<string, unknown>>;
}

/** True where the shared folder holds this golden file. */
export function hasGolden(name: string): boolean {
  return sharedGolden(name) !== null;
}

/** The cases of a golden file by name. */
export function goldenCases(name: string): ReadonlyMap<string, GoldenCase> {
  const cases = (sharedGolden(name) ?? []) as unknown as Partial<GoldenCase>[];
  return new Map(
    cases.map((c) => [
      c.name as string,
      {
        name: c.name as string,
        inputs: c.inputs ?? {},
        options: c.options ?? {},
        expected: c.expected ?? {},
      },
    ]),
  );
}

/** The case of the given name. */
export function goldenCase(file: string, name: string): GoldenCase {
  const found = goldenCases(file).get(name);
  if (found === undefined) throw new Error(`${file} has no case '${name}'`);
  return found;
}

/** A tensor's shape and values. */
export function tensorOf(value: unknown): { shape: number[]; data: Float64Array } {
  const { shape, data } = value as { shape: number[]; data: (number | string)[] };
  return { shape, data: Float64Array.from(data, Number) };
}

/** A tensor [n, d] as a matrix, or a vector [n] as one column. */
export function matrixOf(value: unknown): Matrix {
  const { shape, data } = tensorOf(value);
  return matrix(shape[0]!, shape[1] ?? 1, data);
}

/** A plain list or a tensor as numbers; 'NaN' and 'Infinity' are read as such. */
export function numbersOf(value: unknown): number[] {
  return Array.isArray(value) ? value.map(Number) : [...tensorOf(value).data];
}
