import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stream } from '../src/random.ts';

/** A layer of a TensorFlow.js model that a test writes: class, name, options, what it reads, shapes of its weights. */
export interface WrittenLayer {
  readonly kind: string;
  readonly name: string;
  readonly config?: Readonly<Record<string, unknown>>;
  readonly from?: readonly string[];
  readonly weights?: Readonly<Record<string, readonly number[]>>;
}

/** Values of a weight, the same each time. */
export const weightValues = (layer: string, name: string, shape: readonly number[]): Float32Array =>
  Float32Array.from(
    stream(5)
      .child(`${layer}/${name}`)
      .normals(shape.reduce((a, b) => a * b, 1)),
    (v) => (name === 'moving_variance' ? v * v + 0.1 : 0.5 * v),
  );

/** Writes a model as TensorFlow.js does, its weights in shards of `shard` bytes, and gives the path of its description. */
export function writeTfjs(
  folder: string,
  layers: readonly WrittenLayer[],
  { sequential = false, shard = 64, keras }: { sequential?: boolean; shard?: number; keras?: string } = {},
): string {
  mkdirSync(folder, { recursive: true });
  const weights = layers.flatMap((layer) =>
    Object.entries(layer.weights ?? {}).map(([name, shape]) => ({
      name: `${layer.name}/${name}`,
      shape,
      dtype: 'float32',
      values: weightValues(layer.name, name, shape),
    })),
  );
  const bytes = Buffer.concat(weights.map(({ values }) => Buffer.from(values.buffer)));
  const paths: string[] = [];
  for (let at = 0; at === 0 || at < bytes.length; at += shard) {
    paths.push(`group1-shard${paths.length + 1}.bin`);
    writeFileSync(join(folder, paths.at(-1)!), bytes.subarray(at, at + shard));
  }
  const described = layers.map(({ kind, name, config = {}, from = [] }) => ({
    class_name: kind,
    name,
    config: { name, ...config },
    ...(sequential ? {} : { inbound_nodes: from.length === 0 ? [] : [from.map((one) => [one, 0, 0, {}])] }),
  }));
  const inputs = layers.filter(({ kind }) => kind === 'InputLayer').map(({ name }) => [name, 0, 0]);
  writeFileSync(
    join(folder, 'model.json'),
    JSON.stringify({
      format: 'layers-model',
      modelTopology: {
        ...(keras === undefined ? {} : { keras_version: keras }),
        model_config: sequential
          ? { class_name: 'Sequential', config: { name: 'sequential', layers: described } }
          : {
              class_name: 'Functional',
              config: {
                name: 'model',
                layers: described,
                input_layers: inputs,
                output_layers: [[layers.at(-1)!.name, 0, 0]],
              },
            },
      },
      weightsManifest: [{ paths, weights: weights.map(({ values: _, ...rest }) => rest) }],
    }),
  );
  return join(folder, 'model.json');
}
