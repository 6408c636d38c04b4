import { reshape } from '../tensor/functions/arrangement.ts';
import { cast, mul, square, sub } from '../tensor/functions/elementwise.ts';
import { mean } from '../tensor/functions/reduction.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { labelField } from './class-condition.ts';
import { centred, repeated } from './diffusion-process.ts';
import {
  type GuidanceConfig,
  guidedClasses,
  guidedPrediction,
  type Predictor,
  trainingLabels,
} from './guidance.ts';
import { LOOK_EXAMPLES, LOOK_TIMES } from './look-times.ts';
import type { Model, ModelContext } from './model.ts';
import { createUNet, type UNetConfig } from './u-net.ts';

/** Images [n, c, h, w] on their way between noise and data, with what is to be predicted of them. */
export interface NoisyImages {
  readonly x: Tensor;
  /** Time of each, in the family's own measure: [n]. */
  readonly time: Tensor;
  /** [n, c, h, w] */
  readonly target: Tensor;
}

/** A network that predicts something of noisy images, by class where the configuration says so. */
export interface Denoiser {
  /** Options that change sampling alone. */
  readonly settings: readonly string[];
  predict(context: ModelContext): Predictor;
  /** The prediction for the classes of the context, with guidance. */
  guided(context: ModelContext, x: Tensor, time: Tensor): Tensor;
  /** Classes of `count` copies of the batch, as the network is trained on them. */
  labels(context: ModelContext, count: number): Tensor | undefined;
  /**
   * What the model has of the network, with one player, whose cost is the squared error of the prediction, averaged over
   * values: in training at one time of each example, in evaluation at several.
   *
   * @param noised from images in [-1, 1] and standard normal noise [n, c, h, w], n being times * batch, and uniform
   * numbers [times, batch] that choose the times
   */
  model(
    noised: (clean: Tensor, noise: Tensor, uniform: Tensor) => NoisyImages,
  ): Pick<Model, 'fields' | 'classes' | 'parameters' | 'state' | 'layers' | 'linears' | 'players'>;
}

/** A denoiser on a U-Net. `scale`: what a time is multiplied with for the network, so that times end at about 1000. */
export function createDenoiser(config: UNetConfig & GuidanceConfig, scale: number): Denoiser {
  const { image } = config;
  const names = guidedClasses(config);
  const classes = names?.length;
  const network = createUNet(config, classes);
  const predict =
    (context: ModelContext): Predictor =>
    (x, time, label) =>
      network.apply(context, x, mul(cast(time, 'float32'), scale), label);
  const labels = (context: ModelContext, count: number) => trainingLabels(context, classes, config, count);
  return {
    settings: names === undefined ? [] : ['guidance'],
    predict,
    guided: (context, x, time) => guidedPrediction(context, predict(context), classes, config, x, time),
    labels,
    model: (noised) => ({
      fields: [{ name: 'x', shape: image, dtype: 'float32' }, ...(names === undefined ? [] : [labelField])],
      ...(names === undefined ? {} : { classes: names }),
      parameters: network.parameters,
      state: [],
      layers: network.layers,
      linears: network.linears,
      players: [
        {
          name: 'model',
          layers: network.layers,
          unit: 'squared error per value',
          lookExamples: LOOK_EXAMPLES,
          objective(context) {
            const count = context.updating ? 1 : LOOK_TIMES;
            const batch = context.batchSize;
            const uniform = context.noise('time', [count, batch], { kind: 'uniform', batchAxis: 1 });
            const clean = repeated(centred(context.field('x')), count);
            const drawn = context.noise('noise', [count, batch, ...image], { batchAxis: 1 });
            const { x, time, target } = noised(clean, reshape(drawn, [-1, ...image]), uniform);
            const predicted = predict(context)(x, time, labels(context, count));
            const errors = mean(square(sub(predicted, target)), [1, 2, 3]);
            return { cost: mean(reshape(errors, [count, batch]), 0) };
          },
        },
      ],
    }),
  };
}
