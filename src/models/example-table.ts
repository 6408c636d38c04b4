import { GraftError } from '../errors.ts';
import { sizeOf } from '../tensor/shape.ts';
import { inputNames } from './context.ts';
import type { Field } from './model.ts';

export type FieldData = Float32Array | Int32Array;

/** Examples of one shape in memory, field by field: `data` is [count, ...shape]. */
export interface ExampleTable {
  readonly count: number;
  readonly fields: Readonly<Record<string, { readonly shape: readonly number[]; readonly data: FieldData }>>;
}

/** Buffers for a batch of the given fields, and a way to fill them with rows of a table. */
export interface BatchFeeds {
  readonly feeds: Record<string, FieldData>;
  fill(table: ExampleTable, rows: ArrayLike<number>): void;
}

export function batchFeeds(fields: readonly Field[], batchSize: number): BatchFeeds {
  const entries = fields.map(({ name, shape, dtype }) => {
    const size = sizeOf(shape);
    const length = batchSize * size;
    return { name, size, data: dtype === 'int32' ? new Int32Array(length) : new Float32Array(length) };
  });
  return {
    feeds: Object.fromEntries(entries.map(({ name, data }) => [inputNames.field(name), data])),
    fill(table, rows) {
      for (const { name, size, data } of entries) {
        const field = table.fields[name];
        if (field === undefined || sizeOf(field.shape) !== size)
          throw new GraftError('bad-data', {
            what: `field '${name}' of the examples`,
            problem:
              field === undefined
                ? 'is missing'
                : `has shape [${field.shape.join(', ')}], ${size} values needed`,
          });
        for (let i = 0; i < rows.length; i++) {
          const from = rows[i]! * size;
          data.set(field.data.subarray(from, from + size) as never, i * size);
        }
      }
    },
  };
}
