/** What a new study is about. */
export const studyKinds = ['image', 'text', 'own'] as const;
export type StudyKind = (typeof studyKinds)[number];

/** What a template needs to know of a person's own data. */
export interface OwnData {
  /** As it stands in the study file. */
  readonly path: string;
  readonly kind: 'image' | 'text';
  /** Images: [channels, height, width] as loaded. */
  readonly image?: readonly [number, number, number];
  /** Largest budget that the data give. */
  readonly largestBudget: number;
}

const head = (name: string) => `# yaml-language-server: $schema=./study.schema.json
#
# A study: which way of adapting which model works best on which data?
#   graft plan study.yaml    checks it and predicts time, memory and disk
#   graft run study.yaml     runs it, or goes on where it was stopped
# Every key can be set on the command line, too: graft run study.yaml seeds=5 training.steps=1000
name: ${name}
`;

const techniques = `
# Rows of the comparison. Options in braces: { fine-tune: { schedule: cosine, learningRate: 0.001 } }
techniques:
  - source-only          # the pre-trained model as it is
  - from-scratch         # no transfer at all
  - feature-extraction   # only the last layer learns
  - fine-tune            # all layers learn
  - gradual-unfreezing   # the last layer first, then the others one by one
`;

const protocol = (budgets: string, steps: number, evaluation: string) => `
budgets: [${budgets}]   # target examples that a trial may look at, validation included
seeds: 3                # 5 or more for claims; graft plan says how long it takes

# Every technique gets the same number of updates (or equal: flops, or equal: convergence), and the rate of the grid
# that is best by validation.
training: { steps: ${steps}, batch: 32, learningRate: [0.0003, 0.001, 0.003] }
${evaluation}
`;

const models = {
  image: `
# Models that the study pre-trains on the source itself. A model of your own: { checkpoint: ./folder }
models:
  - family: vae           # or autoencoder
    hidden: [512]
    latent: 16
    pretrain: { steps: 4000, batch: 64, learningRate: 0.002 }
`,
  text: `
# Models that the study pre-trains on the source itself. A model of your own: { checkpoint: ./folder }
models:
  - family: transformer
    layers: 2
    heads: 4
    width: 64
    pretrain: { steps: 2000, batch: 64, learningRate: 0.003, optimiser: adamw }
`,
};

/** A commented study file. */
export function studyTemplate(name: string, kind: StudyKind, own?: OwnData): string {
  if (kind === 'own' && own !== undefined) return ownTemplate(name, own);
  if (kind === 'text')
    return `${head(name)}
# Where models are pre-trained, and where they must work. graft data ls lists what is here.
source: { dataset: names, select: { language: english } }
target: { dataset: names, select: { language: italian } }
${models.text}${techniques}${protocol('50, 200', 300, 'evaluation: { items: 500 }\nevaluate_on:            # never trained on\n  - { dataset: names, select: { language: spanish } }')}`;
  return `${head(name)}
# Where models are pre-trained, and where they must work. graft data ls lists what is here.
source: { dataset: glyphs, select: { style: sans-serif, script: latin, case: upper } }
target: { dataset: glyphs, select: { style: handwriting, script: latin, case: upper } }
${models.image}${techniques}${protocol('25, 100, 400', 400, 'evaluation: { items: 500, importanceSamples: 64 }\nevaluate_on:            # never trained on\n  - { dataset: glyphs, select: { style: serif, script: latin, case: upper } }')}`;
}

function ownTemplate(name: string, own: OwnData): string {
  const budgets = [25, 100, 400].filter((n) => n <= own.largestBudget);
  const list = (budgets.length === 0 ? [own.largestBudget] : budgets).join(', ');
  if (own.kind === 'text')
    return `${head(name)}
# Your texts. Running text is cut in windows of so many characters; one text a line: add unit: line
target: { path: ${own.path}, window: 128 }
# What the model learns first: more text of a related kind, here built-in names.
source: { dataset: names, select: { language: english } }
context: 128            # tokens that a model sees at once
${models.text}${techniques}${protocol(list, 300, 'evaluation: { items: 500 }')}`;
  const [channels, height, width] = own.image!;
  const size = height === width ? `${height}` : `[${height}, ${width}]`;
  const grey = channels === 1 ? ', channels: 1' : ', channels: 3';
  return `${head(name)}
# Your images: a folder, a zip, .npy, .npz, IDX, CIFAR binary or parquet. resize sets the size that models see.
target: { path: ${own.path}, resize: ${size}${grey} }
# What the model learns first: images of the same size, here the built-in glyphs. Better: more images like yours.
source: { dataset: glyphs, resize: ${size}, channels: ${channels === 1 ? 1 : 3} }
values: ${channels === 1 ? '{ binarise: 0.5 }     # pixels are 0 or 1; grey ones: unit, with likelihood: gaussian below' : 'levels               # 256 levels a channel'}
${models.image.replace('    hidden: [512]\n', `    hidden: [512]\n${channels === 1 ? '' : '    likelihood: discretised-logistic\n'}`)}${techniques}${protocol(list, 400, 'evaluation: { items: 500, importanceSamples: 64 }')}`;
}
