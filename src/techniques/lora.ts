import { z } from 'zod';
import type { Citation } from '../citation.ts';
import { GraftError } from '../errors.ts';
import {
  type AdapterConfig,
  adapterLayer,
  extractAdapter,
  freshAdapter,
  mergeAdapter,
  withAdapter,
} from '../models/adapter.ts';
import { defineTechnique, type TechniqueContext } from './technique.ts';

export const hu2022: Citation = {
  key: 'hu2022lora',
  type: 'inproceedings',
  authors:
    'Hu, Edward J. and Shen, Yelong and Wallis, Phillip and Allen-Zhu, Zeyuan and Li, Yuanzhi and Wang, Shean and Wang, Lu and Chen, Weizhu',
  title: 'LoRA: Low-rank adaptation of large language models',
  venue: 'International Conference on Learning Representations',
  year: 2022,
};

/** The pre-trained weights stay; beside linear layers products of two small matrices are trained, and taken in at the end. */
export const lora = defineTechnique({
  title: 'LoRA',
  summary:
    'The pre-trained weights are frozen; matrices of low rank beside its linear layers are trained and added to them at the end.',
  version: 1,
  options: z.strictObject({
    rank: z.int().min(1).max(4096).default(8).describe('rank of the matrices'),
    alpha: z
      .number()
      .positive()
      .default(16)
      .describe('what the matrices add is multiplied with alpha / rank'),
    targets: z
      .union([z.literal('all'), z.array(z.string()).min(1)])
      .optional()
      .describe(
        "linear layers that get an adapter, by the last part of their name, or 'all'; default: query and value where the model has them, else all",
      ),
    dropout: z.number().min(0).lt(1).default(0).describe("share of an adapter's inputs that training drops"),
  }),
  citations: [hu2022],
  trains: true,
  fill: (context, { rank, alpha, targets, dropout }) => {
    const { model } = context;
    const names = targetsOf(context, targets);
    const config: AdapterConfig = { rank, scale: alpha / rank, targets: names, dropout };
    const owners = new Set(names.map((name) => layerOf(context, name)));
    return {
      start: 'checkpoint',
      stages: [
        {
          name: 'adapters',
          layers: model.layers.filter((layer) => owners.has(layer)).map(adapterLayer),
          length: { kind: 'share', share: 1 },
        },
      ],
      rewrite: {
        build: (base) => withAdapter(base, config),
        begin: (base, weights, stream) => freshAdapter(base, config, weights, stream),
        finish(base, weights) {
          const adapter = extractAdapter(config, weights);
          return { weights: mergeAdapter(base, adapter, weights), adapter };
        },
      },
    };
  },
});

const layerOf = ({ model }: TechniqueContext, target: string): string =>
  model.parameters.find(({ name }) => name === `${target}/weight`)!.layer;

/** What gets adapters where nothing is said, as in section 4.2 of Hu et al. (2022). */
const attention = ['query', 'value'];

/** Names of the linear layers that are meant. Models without attention, or whose layers have names of their own, adapt all. */
function targetsOf(
  { model }: TechniqueContext,
  asked: 'all' | readonly string[] | undefined,
): readonly string[] {
  const all = model.linears ?? [];
  if (all.length === 0)
    throw new GraftError('unsupported', {
      what: `lora for a ${model.family}`,
      reason: 'its linear layers take no adapters',
    });
  const meant = (target: string) => all.filter((name) => name === target || name.endsWith(`/${target}`));
  if (asked === undefined)
    return targetsOf({ model }, attention.every((name) => meant(name).length > 0) ? attention : 'all');
  if (asked === 'all') return all;
  for (const target of asked)
    if (meant(target).length === 0)
      throw new GraftError('unknown-name', {
        kind: `linear layer (family ${model.family})`,
        received: target,
        allowed: [...new Set(all.map((name) => name.split('/').at(-1)!))],
        where: 'lora.targets',
      });
  const chosen = new Set(asked.flatMap(meant));
  return all.filter((name) => chosen.has(name));
}
