import { stringify } from 'yaml';
import type { DataSpec } from '../data/data-spec.ts';

/** What a new study is about where no data are named. */
export const studyKinds = ['images', 'text'] as const;
export type StudyKind = (typeof studyKinds)[number];

/** What a study file says of its data. */
export interface TemplateData {
  readonly kind: StudyKind;
  readonly source: DataSpec;
  readonly target: DataSpec;
  /** What a comment says of them. */
  readonly sourceNote: string;
  readonly targetNote: string;
  /** A set that is never trained on. */
  readonly unseen?: DataSpec;
  /** Channels of images. */
  readonly channels?: 1 | 3;
  /** Tokens that a model sees at once; absent: the longest example. */
  readonly context?: number;
  /** For tunes: what their tokens are; absent: characters. */
  readonly tokenizer?: 'abc' | 'events';
  readonly budgets: readonly number[];
}

const letters = (style: string) => ({ dataset: 'glyphs', select: { style, script: 'latin', case: 'upper' } });
const language = (name: string) => ({ dataset: 'names', select: { language: name } });

/** Studies of built-in data, which run as they are. */
export const builtInData: Readonly<Record<StudyKind, TemplateData>> = {
  images: {
    kind: 'images',
    source: letters('sans-serif'),
    target: letters('handwriting'),
    sourceNote: 'Where models are pre-trained: printed capitals. graft data ls lists what is here.',
    targetNote:
      'Where they must work: handwritten ones. Your own: { path: ./my-images, resize: 28, channels: 1 }',
    unseen: letters('serif'),
    channels: 1,
    budgets: [25, 100, 400],
  },
  text: {
    kind: 'text',
    source: language('english'),
    target: language('italian'),
    sourceNote: 'Where models are pre-trained: English names. graft data ls lists what is here.',
    targetNote: 'Where they must work: Italian ones. Your own: { path: ./my-texts.txt, unit: line }',
    unseen: language('spanish'),
    budgets: [50, 200],
  },
};

/** A data spec in one line of YAML. */
const inline = (spec: DataSpec): string =>
  stringify(spec, { collectionStyle: 'flow', lineWidth: 0 }).trimEnd();

/** A commented study file. */
export function studyTemplate(name: string, file: string, data: TemplateData): string {
  const { kind, context, tokenizer, unseen } = data;
  return `# yaml-language-server: $schema=./study.schema.json
#
# A study: which way of adapting which model works best on which data?
#   graft plan ${file}    checks it and predicts time, memory and disk
#   graft run ${file}     runs it, or goes on where it was stopped
# Every key can be set on the command line, too: graft run ${file} seeds=5 training.steps=1000
name: ${name}

# ${data.sourceNote}
source: ${inline(data.source)}
# ${data.targetNote}
target: ${inline(data.target)}
${
  unseen === undefined
    ? ''
    : `# Never trained on, to see what carries over:
evaluate_on:
  - ${inline(unseen)}
`
}${pixels(data)}${
  context === undefined
    ? ''
    : `# Tokens that a model sees at once.
context: ${context}
`
}${
  tokenizer === undefined
    ? ''
    : `# Tokens are units of music: notes, bar lines, keys.
tokenizer: ${tokenizer}
`
}
# Models that the study pre-trains on the source itself. A model of your own: { checkpoint: ./folder }
models:
${kind === 'images' ? imageModel(data) : textModel}
# Rows of the comparison. Options in braces: { fine-tune: { schedule: cosine, learningRate: 0.001 } }
techniques:
  - source-only # the pre-trained model as it is
  - from-scratch # no transfer at all
  - feature-extraction # only the last layer learns
  - fine-tune # all layers learn
  - gradual-unfreezing # the last layer first, then the others one by one

# Target examples that a trial may look at, validation included.
budgets: [${data.budgets.join(', ')}]
# Repetitions of every cell: 5 or more for claims. graft plan says how long it takes.
seeds: 3

# Every technique gets the same number of updates (or equal: flops, or equal: convergence), and the rate of the grid
# that is best by validation.
training:
  equal: steps
  steps: ${kind === 'images' ? 400 : 300}
  batch: 32
  learningRate: [0.0003, 0.001, 0.003]
  looks: 40 # at validation, the same number for every technique
  convergence: { patience: 4 } # looks without improvement after which a stage counts as done
evaluation: { items: 500${kind === 'images' ? ', importanceSamples: 64' : ''} }
`;
}

function pixels({ kind, channels }: TemplateData): string {
  if (kind !== 'images') return '';
  return channels === 3
    ? '# What pixels are: 256 levels a channel.\nvalues: levels\n'
    : '# What pixels are: 0 or 1. For grey ones: levels, with likelihood: discretised-logistic below.\nvalues: { binarise: 0.5 }\n';
}

const imageModel = ({ channels }: TemplateData): string => `  - family: vae # or autoencoder
    hidden: [512]
    latent: 16
${channels === 3 ? '    likelihood: discretised-logistic\n' : ''}    pretrain: { steps: 4000, batch: 64, learningRate: 0.002 }
`;

const textModel = `  - family: transformer
    layers: 2
    heads: 4
    width: 64
    pretrain: { steps: 2000, batch: 64, learningRate: 0.003, optimiser: adamw }
`;
