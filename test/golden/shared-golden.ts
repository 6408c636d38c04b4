import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Where the reference values kept outside the repository lie: $GRAFT_SHARED, or `shared` beside the repository. */
const shared = process.env.GRAFT_SHARED ?? fileURLToPath(new URL('../../../shared', import.meta.url));

/** A tensor as the files write it, row-major. */
export interface GoldenTensor {
  shape: number[];
  data: number[];
}

/** One case of a file. What inputs, options and expected values hold differs from file to file. */
export interface GoldenCase {
  name: string;
  test?: string;
  inputs: Record<string, GoldenValue>;
  options?: Record<string, GoldenValue>;
  expected: Record<string, GoldenValue>;
}

/** What a field of a case holds. */
export type GoldenValue =
  | number
  | string
  | boolean
  | GoldenTensor
  | GoldenValue[]
  | { [key: string]: GoldenValue };

/** The cases of a file of reference values (`fid` for fid.json), or null where there is none. */
export function sharedGolden(metric: string): GoldenCase[] | null {
  const path = join(shared, 'golden', `${metric}.json`);
  if (!existsSync(path)) return null;
  return (JSON.parse(readFileSync(path, 'utf8')) as { cases: GoldenCase[] }).cases;
}

/** Numbers of a tensor, a list or a single number; 'NaN' and the infinities as numbers. */
export function numbers(value: GoldenValue | undefined): number[] {
  if (typeof value === 'number') return [value];
  if (typeof value === 'string') return [Number(value)];
  if (Array.isArray(value)) return value.flatMap(numbers);
  if (typeof value === 'object' && Array.isArray(value.data))
    return value.data.flatMap((v) => numbers(v as GoldenValue));
  throw new TypeError(`no numbers in ${JSON.stringify(value)?.slice(0, 80)}`);
}

/** Rows of a matrix [n, m]. */
export function rows(value: GoldenValue | undefined): number[][] {
  const { shape } = value as GoldenTensor;
  const flat = numbers(value);
  const width = shape[1]!;
  return Array.from({ length: shape[0]! }, (_, i) => flat.slice(i * width, (i + 1) * width));
}
