import { GraftError } from '../../errors.ts';
import { stream } from '../../random.ts';
import { reshape } from '../../tensor/functions/arrangement.ts';
import { sizeOf } from '../../tensor/shape.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import type { Model, ModelContext, Weights } from '../model.ts';
import { mapExamples } from '../run-model.ts';

/** Change of a value, relative to the largest, that rounding alone can make. */
const ROUNDING = 1e-4;
/** Examples that are tried, each alone and all together. */
const COUNT = 4;

/** What the model makes of each example, [batch, ...]. */
function output(model: Model, context: ModelContext): Tensor {
  const { sampler, reconstruct, likelihood } = model;
  if (sampler.kind === 'autoregressive') return sampler.logits(context, sampler.context);
  if (reconstruct !== undefined) return reconstruct(context);
  if (sampler.kind === 'latent')
    return sampler.decode(context, context.noise('latent', [context.batchSize, sampler.latent]));
  return reshape(likelihood!.logWeights(context, 1), [context.batchSize]);
}

/**
 * Fails where an imported model makes something else of an example beside others than alone, as one does that was
 * exported in training mode, whose normalisations use the batch's own statistics: what is measured of it would depend on
 * the batches.
 */
export async function checkExamplesApart(model: Model, weights: Weights, threads = 1): Promise<void> {
  const draws = stream(0).child('examples apart');
  const { sampler } = model;
  const tokens = sampler.kind === 'autoregressive' ? sampler.vocabulary : 1;
  const fields = Object.fromEntries(
    model.fields.map(({ name, shape, dtype }) => {
      const size = sizeOf(shape);
      const own = draws.child(name);
      // Examples of different size, so that the largest value of all is not that of each.
      const data =
        dtype === 'int32'
          ? own.integers(COUNT * size, tokens)
          : Float32Array.from(own.uniforms(COUNT * size), (v, i) => (v * (1 + Math.floor(i / size))) / COUNT);
      return [name, { shape, data }];
    }),
  );
  const made = async (batchSize: number): Promise<Float32Array> => {
    const options = { batchSize, threads, device: 'cpu' } as const;
    const build = (context: ModelContext) => output(model, context);
    return (await mapExamples(model, weights, { count: COUNT, fields }, build, draws, options)).data;
  };
  const [alone, together] = [await made(1), await made(COUNT)];
  const top = alone.reduce((most, v) => (Number.isFinite(v) ? Math.max(most, Math.abs(v)) : most), 0);
  if (alone.some((v, i) => Math.abs(v - together[i]!) > ROUNDING * top))
    throw new GraftError('unsupported', {
      what: 'this model',
      reason: 'what it makes of an example depends on the others in the batch',
      hint: 'Export it in evaluation mode: in training mode normalisations use the statistics of the batch.',
    });
}
