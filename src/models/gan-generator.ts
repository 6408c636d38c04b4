import { concat, embedding, reshape } from '../tensor/functions/arrangement.ts';
import { add, mul, tanh } from '../tensor/functions/elementwise.ts';
import { convTranspose, linear } from '../tensor/functions/linear.ts';
import { fanIn, type ParameterSpec } from '../tensor/parameters.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { type Activation, activate } from './activation.ts';
import { batchNorm, batchNormParameters, batchNormState } from './batch-norm.ts';
import { requireHalvings } from './halvings.ts';
import type { ModelContext, StateSpec } from './model.ts';

const KERNEL = 4;
const step = { stride: 2, padding: 1 } as const;

export interface GeneratorOptions {
  readonly image: readonly [number, number, number];
  readonly latent: number;
  readonly channels: readonly number[];
  readonly normalisation: 'batch' | 'none';
  readonly activation: Activation;
  /** Number of classes, for images by class. */
  readonly classes: number | undefined;
}

/** A network that makes images from latent vectors. */
export interface Generator {
  readonly layers: readonly string[];
  readonly parameters: readonly ParameterSpec[];
  readonly state: readonly StateSpec[];
  /**
   * z [batch, latent] -> images [batch, c, h, w] in [0, 1]; for images by class of the context's labels. New statistics
   * are written to `updates`, where given.
   */
  make(context: ModelContext, z: Tensor, updates?: Record<string, Tensor>): Tensor;
}

/**
 * Convolutional generator (Radford et al. 2016): a linear layer makes the smallest grid, transposed convolutions (4x4,
 * stride 2, padding 1) double its sides, the last of which makes the image by (tanh + 1) / 2. With batch normalisation
 * behind every layer but the last a class sets scales and shifts; without, its embedding stands beside z.
 */
export function createGenerator(options: GeneratorOptions): Generator {
  const { image, latent, channels, normalisation, activation, classes } = options;
  const [colours, height, width] = image;
  requireHalvings('generatorChannels', channels, height, width);
  const factor = 2 ** channels.length;
  const grid = [channels[0]!, height / factor, width / factor] as const;
  const normed = normalisation === 'batch';
  const embedded = classes !== undefined && !normed;
  const inputs = embedded ? 2 * latent : latent;
  const outputs = [...channels.slice(1), colours];
  const layers = [
    'generator/0',
    ...outputs.map((_, i) => (i === outputs.length - 1 ? 'generator/output' : `generator/${i + 1}`)),
  ];
  const widths = [channels[0]!, ...outputs];
  const last = layers.length - 1;
  const parameters: ParameterSpec[] = layers.flatMap((layer, i) => {
    const first = i === 0;
    const shape = first
      ? [grid[0] * grid[1] * grid[2], inputs]
      : [widths[i - 1]!, widths[i]!, KERNEL, KERNEL];
    // Of a kernel's 16 places a stride of 2 brings 4 to each pixel.
    const initial = fanIn(first ? inputs : (widths[i - 1]! * KERNEL * KERNEL) / 4);
    const bias = first ? shape[0]! : widths[i]!;
    return [
      { name: `${layer}/weight`, shape, layer, decay: true, initial },
      ...(normed && i < last
        ? batchNormParameters(layer, widths[i]!, classes)
        : [{ name: `${layer}/bias`, shape: [bias], layer, decay: false, initial }]),
      ...(first && embedded
        ? [
            {
              name: `${layer}/class`,
              shape: [classes, latent],
              layer,
              decay: false,
              initial: { draw: 'normal', deviation: 1 } as const,
              rows: 'classes' as const,
            },
          ]
        : []),
    ];
  });

  return {
    layers,
    parameters,
    state: normed ? layers.slice(0, -1).flatMap((layer, i) => batchNormState(layer, widths[i]!)) : [],
    make(context, z, updates) {
      const label = classes === undefined ? undefined : context.field('label');
      const start =
        embedded && label !== undefined
          ? concat([z, embedding(context.parameter('generator/0/class'), label)], 1)
          : z;
      return layers.reduce((x, layer, i) => {
        const weight = context.parameter(`${layer}/weight`);
        const bias = normed && i < last ? undefined : context.parameter(`${layer}/bias`);
        const y =
          i === 0
            ? reshape(linear(x, weight, bias), [z.shape[0]!, ...grid])
            : convTranspose(x, weight, bias, step);
        if (i === last) return mul(add(tanh(y), 1), 0.5);
        return activate(activation, normed ? batchNorm(context, layer, y, updates, label) : y);
      }, start);
    },
  };
}
