import { planBatches } from '../../src/data/batches.ts';
import { inputNames } from '../../src/models/context.ts';
import type { Stream } from '../../src/random.ts';
import type { BatchSource } from '../../src/training/batch-source.ts';
import { degrade } from './degrade-image.ts';
import { type Distortion, distortImage } from './distort-image.ts';
import { type Spoil, spoils } from './spoil-image.ts';

const side = 28;
const size = side * side;

/** About the most that a hand or a press varies. */
const distortion: Distortion = {
  rotation: 0.2,
  shear: 0.45,
  scale: 0.2,
  shift: 2,
  bend: 1.2,
  thickness: 0.35,
};

/** Share of images that are made black and white. */
const blackAndWhiteShare = 0.25;

export interface Labelled {
  /** [count, 28 * 28] */
  readonly pixels: Float32Array;
  readonly labels: ArrayLike<number>;
  /** Classes in all, that of spoilt images last where there is one. */
  readonly classes: number;
  /** Typefaces, where they are to be told apart. */
  readonly styles: ArrayLike<number>;
}

/**
 * Batches of distorted images, with `degraded` half of them soft, faint or noisy, of which about a share `spoilt` are made so
 * that they show no character and belong to the last class.
 */
export function trainingBatches(
  { pixels, labels, classes, styles }: Labelled,
  batchSize: number,
  stream: Stream,
  { spoilt, degraded }: { readonly spoilt: number; readonly degraded: boolean },
): BatchSource {
  const plan = planBatches(labels.length, batchSize, stream.child('order'));
  const kinds = Object.values<Spoil>(spoils);
  const distorted = (row: number, draws: Stream): Float32Array => {
    const image = new Float32Array(size);
    distortImage(pixels.subarray(row * size, (row + 1) * size), image, side, distortion, draws);
    const [choice, place] = draws.child('black and white').uniforms(2) as unknown as [number, number];
    // Below a half too: the sharp edges of thin strokes have become soft.
    if (choice < blackAndWhiteShare)
      for (let p = 0; p < size; p++) image[p] = Number(image[p]! >= 0.3 + 0.25 * place);
    return image;
  };
  return {
    batchSize: plan.size,
    stepsPerEpoch: plan.stepsPerEpoch,
    fill(step, { feeds }) {
      const x = feeds[inputNames.field('x')]!;
      const target = feeds[inputNames.field('target')];
      const style = feeds[inputNames.field('style')];
      target?.fill(0);
      style?.fill(0);
      const styleCount = (style?.length ?? 0) / plan.size;
      const draws = stream.child('step').child(step);
      const choice = draws.child('spoil').uniforms(plan.size);
      const others = draws.child('others').integers(plan.size, labels.length);
      plan.indices(step).forEach((row, i) => {
        const own = draws.child(i);
        const other = others[i]!;
        const image = distorted(row, own);
        const isSpoilt = choice[i]! < spoilt && labels[row] !== labels[other];
        if (isSpoilt) {
          const kind = kinds[Math.floor((choice[i]! / spoilt) * kinds.length)]!;
          const none = kind(image, distorted(other, own.child('other')), side, own.child('spoil'));
          x.set(degraded ? degrade(none, own.child('degrade')) : none, i * size);
          if (target !== undefined) target[(i + 1) * classes - 1] = 1;
        } else {
          x.set(degraded ? degrade(image, own.child('degrade')) : image, i * size);
          if (target !== undefined) target[i * classes + labels[row]!] = 1;
          if (style !== undefined) style[i * styleCount + styles[row]!] = 1;
        }
      });
    },
  };
}
