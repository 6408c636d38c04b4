import type { z } from 'zod';
import type { Citation } from '../citation.ts';
import { parseSpec } from '../data/parse-spec.ts';
import type { PixelLikelihood } from '../data/represent-images.ts';
import { GraftError, isGraftError, lookUp } from '../errors.ts';
import { autoencoderSchema, createAutoencoder } from './autoencoder.ts';
import { createDiffusion, diffusionSchema } from './diffusion.ts';
import {
  burda2016,
  cho2014,
  dinh2017,
  gal2016,
  hinton2006,
  ho2020,
  hochreiter1997,
  hoSalimans2021,
  kingma2014,
  kingmaDhariwal2018,
  lipman2023,
  merity2018,
  nichol2021,
  radford2019,
  ronneberger2015,
  salimans2022,
  sohlDickstein2015,
  sohn2015,
  song2021,
  tomczak2018,
  touvron2023,
  vandenoord2017,
  vaswani2017,
  vincent2010,
} from './family-works.ts';
import { createFlowMatching, flowMatchingSchema } from './flow-matching.ts';
import { createGan, ganSchema } from './gan.ts';
import {
  arjovsky2017,
  goodfellow2014,
  gulrajani2017,
  lim2017,
  mao2017,
  mescheder2018,
  miyato2018projection,
  miyato2018spectral,
  radford2016,
} from './gan-works.ts';
import { createGpt2, gpt2Schema } from './gpt2.ts';
import { gpt2Layout } from './hugging-face/gpt2-layout.ts';
import type { HuggingFaceLayout } from './hugging-face/layout.ts';
import { llamaLayout } from './hugging-face/llama-layout.ts';
import { createImported } from './imported/imported.ts';
import { importedSchema } from './imported/imported-schema.ts';
import { createLlama, llamaSchema } from './llama.ts';
import type { Model } from './model.ts';
import { createNormalizingFlow, normalizingFlowSchema } from './normalizing-flow.ts';
import { createRecurrent, recurrentSchema } from './recurrent.ts';
import { createTransformer, transformerSchema } from './transformer.ts';
import { createVae, vaeSchema } from './vae.ts';
import { createVqVae, vqVaeSchema } from './vq-vae.ts';

/** A kind of generative model. */
export interface Family {
  readonly title: string;
  /** What its data are. Tunes are texts in a notation of music, which a data set names. */
  readonly domain: 'image' | 'text';
  /** Raised whenever the same configuration would train differently: ids of steps have it from 2 on. */
  readonly version: number;
  /** Works that it comes from. */
  readonly citations: readonly Citation[];
  /** Further works by the option that calls for them, where it is switched on. */
  readonly optionCitations?: Readonly<Record<string, readonly Citation[]>>;
  readonly schema: z.ZodObject;
  /** How its checkpoints stand in folders that `transformers` reads; absent where it has no such model. */
  readonly layout?: HuggingFaceLayout;
  /** Vocabularies of its checkpoints may have rows that no token has: other programs round them up. */
  readonly roundedVocabulary?: true;
  /** A configuration holds the computation of one size: no other can be made of it. */
  readonly oneSize?: true;
  /** Options that follow from the data and are therefore not written in a study file. */
  readonly fromData: readonly string[];
  /** Options without effect beside the value of another one, as { option: value }: stating one of them beside it is an error. */
  readonly idle?: readonly {
    readonly options: readonly string[];
    readonly beside: Readonly<Record<string, string>>;
    readonly reason: string;
  }[];
  /** For images: what a configuration's likelihood is one of; undefined where it has none. */
  pixels?(config: Readonly<Record<string, unknown>>): PixelLikelihood | undefined;
  create(config: never): Model;
}

/** What a bound of this kind is a likelihood of. */
const boundedPixels = {
  levels: 'bound on levels',
  binary: 'bound on binary pixels',
  density: 'density',
  none: undefined,
} as const;

/** Every family by the name that a study file uses. */
export const families = {
  vae: {
    title: 'Variational autoencoder',
    domain: 'image',
    version: 1,
    citations: [kingma2014],
    optionCitations: {
      'objective=iwae': [burda2016],
      'prior=vamp': [tomczak2018],
      conditional: [sohn2015],
    },
    schema: vaeSchema,
    fromData: ['image', 'classes'],
    pixels: (config) => vaeSchema.shape.likelihood.parse(config.likelihood),
    create: createVae,
  },
  'vq-vae': {
    title: 'VQ-VAE',
    domain: 'image',
    version: 1,
    citations: [vandenoord2017, vaswani2017],
    schema: vqVaeSchema,
    fromData: ['image'],
    pixels: (config) => vqVaeSchema.shape.likelihood.parse(config.likelihood),
    create: createVqVae,
  },
  autoencoder: {
    title: 'Autoencoder',
    domain: 'image',
    version: 1,
    citations: [hinton2006],
    optionCitations: { noise: [vincent2010] },
    schema: autoencoderSchema,
    fromData: ['image'],
    create: createAutoencoder,
  },
  gan: {
    title: 'Generative adversarial network',
    domain: 'image',
    version: 1,
    citations: [goodfellow2014, radford2016],
    optionCitations: {
      'objective=hinge': [lim2017],
      'objective=least-squares': [mao2017],
      'objective=wasserstein': [arjovsky2017],
      spectralNorm: [miyato2018spectral],
      gradientPenalty: [gulrajani2017],
      r1: [mescheder2018],
      conditional: [miyato2018projection],
    },
    schema: ganSchema,
    fromData: ['image', 'classes'],
    create: createGan,
  },
  diffusion: {
    title: 'Denoising diffusion model',
    domain: 'image',
    version: 1,
    citations: [sohlDickstein2015, ho2020, ronneberger2015],
    optionCitations: {
      'prediction=v': [salimans2022],
      'noiseSchedule=cosine': [nichol2021],
      'sampler=ddim': [song2021],
      guidance: [hoSalimans2021],
    },
    schema: diffusionSchema,
    idle: [
      {
        options: ['steps', 'eta'],
        beside: { sampler: 'ddpm' },
        reason:
          'it goes back through all noising steps, each with the noise of the posterior; these are for ddim',
      },
    ],
    fromData: ['image', 'classes'],
    pixels: (config) => boundedPixels[diffusionSchema.shape.likelihood.parse(config.likelihood)],
    create: createDiffusion,
  },
  'flow-matching': {
    title: 'Flow matching',
    domain: 'image',
    version: 1,
    citations: [lipman2023, ronneberger2015],
    optionCitations: { guidance: [hoSalimans2021] },
    schema: flowMatchingSchema,
    fromData: ['image', 'classes'],
    create: createFlowMatching,
  },
  'normalizing-flow': {
    title: 'Normalising flow',
    domain: 'image',
    version: 1,
    citations: [dinh2017, kingmaDhariwal2018],
    schema: normalizingFlowSchema,
    fromData: ['image'],
    pixels: (config) => boundedPixels[normalizingFlowSchema.shape.likelihood.parse(config.likelihood)],
    create: createNormalizingFlow,
  },
  transformer: {
    title: 'Transformer language model',
    domain: 'text',
    version: 1,
    citations: [vaswani2017, radford2019],
    schema: transformerSchema,
    fromData: ['vocabulary'],
    create: createTransformer,
  },
  recurrent: {
    title: 'Recurrent language model',
    domain: 'text',
    version: 1,
    citations: [hochreiter1997, merity2018],
    optionCitations: {
      'cell=gru': [cho2014],
      embeddingDropout: [gal2016],
      inputDropout: [gal2016],
      hiddenDropout: [gal2016],
      outputDropout: [gal2016],
    },
    schema: recurrentSchema,
    fromData: ['vocabulary'],
    create: createRecurrent,
  },
  gpt2: {
    title: 'GPT-2',
    domain: 'text',
    version: 1,
    citations: [radford2019],
    schema: gpt2Schema,
    layout: gpt2Layout,
    roundedVocabulary: true,
    fromData: ['vocabulary'],
    create: createGpt2,
  },
  llama: {
    title: 'Llama-type language model',
    domain: 'text',
    version: 1,
    citations: [touvron2023],
    schema: llamaSchema,
    layout: llamaLayout,
    roundedVocabulary: true,
    fromData: ['vocabulary'],
    create: createLlama,
  },
} satisfies Record<string, Family>;

export type FamilyName = keyof typeof families;

/** Models of other programs: their configuration holds a program, which nobody writes into a study file. */
const importedFamily: Family = {
  title: 'Model of another program',
  domain: 'image',
  version: 1,
  citations: [],
  schema: importedSchema,
  roundedVocabulary: true,
  oneSize: true,
  fromData: [],
  pixels: ({ loss, variational }) => (loss === 'bernoulli' && variational === true ? 'bernoulli' : undefined),
  create: createImported,
};

/** Every family that a checkpoint can be of. */
const checkpointFamilies: Readonly<Record<string, Family>> = { ...families, imported: importedFamily };

/** The family of that name. */
export const familyOf = (name: string, where?: string): Family =>
  lookUp('model family', checkpointFamilies, name, where);

/** The model of a family name and a configuration read from JSON; `where` it stands. */
export function createModel(family: string, config: unknown, where?: string): Model {
  const entry = familyOf(family, where);
  const parsed = parseSpec(entry.schema, config, where);
  try {
    return entry.create(parsed as never);
  } catch (error) {
    if (where === undefined || !isGraftError(error, 'invalid-value')) throw error;
    throw new GraftError('invalid-value', { where, ...error.facts }, { cause: error });
  }
}

/** What the data of a model are: for models of tunes as well 'text', see `Family.domain`. */
export const domainOf = ({ family, sampler }: Model): Family['domain'] =>
  sampler.kind === 'autoregressive' ? 'text' : familyOf(family).domain;

/** How a family's checkpoints stand in folders that `transformers` reads, where it has such a model. */
export const layoutOf = (family: string): HuggingFaceLayout | undefined =>
  (families as Record<string, Family>)[family]?.layout;
