import { z } from 'zod';
import { howard2018 } from '../training/howard-2018.ts';
import { depthOf, lastLayers } from './last-layers.ts';
import { defineTechnique, type TechniqueContext } from './technique.ts';

/**
 * Starts with all layers frozen but the last; when that has converged the layer before is unfrozen and both are
 * trained until convergence, and so on until all layers train (Howard and Ruder 2018, section 3.3; there each stage
 * lasts one epoch, here until validation stops improving unless stages of fixed length are asked for).
 */
export const gradualUnfreezing = defineTechnique({
  title: 'Gradual unfreezing',
  summary: 'Layers are unfrozen one after another from the output to the input, each time after convergence.',
  version: 1,
  options: z.strictObject({
    stages: z
      .union([z.literal('convergence'), z.literal('equal'), z.int().min(1)])
      .default('convergence')
      .describe('length of a stage: until convergence, an equal share of the steps, or a number of steps'),
  }),
  citations: [howard2018],
  trains: true,
  fill: (context, { stages }) => {
    const count = depthOf(context);
    return {
      start: 'checkpoint',
      untie: context.model.untied !== undefined,
      stages: Array.from({ length: count }, (_, i) => {
        const layers = lastLayers(context, i + 1);
        const last = i === count - 1;
        return {
          name: i === 0 ? layers.join(', ') : last ? 'all layers' : `from ${firstOfEach(context, layers)} on`,
          layers,
          length:
            stages === 'convergence'
              ? ({ kind: 'convergence' } as const)
              : stages === 'equal' || last
                ? ({ kind: 'share', share: 1 / count } as const)
                : ({ kind: 'steps', steps: stages } as const),
        };
      }),
    };
  },
});

/** The trained layer of each player that is nearest to its input. */
const firstOfEach = ({ model }: TechniqueContext, trained: readonly string[]): string =>
  model.players
    .map(({ layers }) => layers.find((layer) => trained.includes(layer))!)
    .sort((a, b) => model.layers.indexOf(a) - model.layers.indexOf(b))
    .join(' and ');
