import { join, resolve } from 'node:path';
import type { ImageValues } from '../../data/represent-images.ts';
import { makeFolder, writeFileAtomic } from '../../formats/atomic-file.ts';
import { type Checkpoint, loadCheckpoint } from '../../models/checkpoint.ts';
import { UNROLLED_STEPS } from '../../models/export-iterative.ts';
import { type ExportedProgram, type ExportedValue, exportModel } from '../../models/export-model.ts';
import type { IterativeSampler, Model } from '../../models/model.ts';
import { trainingHistory } from '../../models/training-history.ts';
import { withSettings } from '../../models/with-settings.ts';
import { formatBytes } from '../../report/format-quantity.ts';
import { countParameters } from '../../tensor/parameters.ts';
import { defineCommand } from '../command.ts';
import { localModel } from '../local-model.ts';
import { overrideMap } from '../overrides.ts';
import { showNumber } from '../show-number.ts';
import { checkingUsage } from '../usage-error.ts';
import { version } from '../version.ts';

export const exportCommand = defineCommand({
  name: 'export',
  summary: 'write a checkpoint as ONNX files that run without Graft',
  description:
    'Writes sampler.onnx and scorer.onnx with the weights inside and an open batch axis, README.md with their inputs and outputs and a program that uses them, for text tokenizer.json, and for diffusion and flows step.onnx with steps.json, one row for each step. onnxruntime alone runs them, in Python, JavaScript, C++ and elsewhere.',
  arguments: [
    {
      name: 'CHECKPOINT',
      summary: 'folder with config.json and model.safetensors, or hub:ORG/NAME',
      required: true,
    },
  ],
  options: {
    format: { kind: 'choice', choices: ['onnx'], summary: 'file format', fallback: 'onnx' },
    out: { kind: 'text', short: 'o', value: 'FOLDER', summary: 'where to write (default: CHECKPOINT/onnx)' },
    json: { kind: 'flag', summary: 'print files, inputs and outputs as JSON' },
  },
  overrides: 'diffusion and flows: steps=20 eta=0.5 guidance=2, as in their configuration',
  examples: [{ line: 'graft export my-vae --format onnx --out my-vae-onnx', does: 'a sampler and a scorer' }],
  async run({ arguments: [folder], options, overrides }, terminal) {
    const loaded = loadCheckpoint(await localModel(folder!, terminal));
    const model = checkingUsage('export', () =>
      withSettings(loaded.model, overrideMap(overrides), 'key=value'),
    );
    const checkpoint = { ...loaded, model };
    const out = resolve(terminal.directory, options.out ?? join(folder!, 'onnx'));
    const programs = writeExport(checkpoint, out);
    if (options.json)
      terminal.out(
        JSON.stringify(
          {
            folder: out,
            programs: programs.map(({ name, inputs, outputs }) => ({
              file: `${name}.onnx`,
              inputs,
              outputs,
            })),
          },
          null,
          2,
        ),
      );
    else
      for (const { name, bytes, inputs, outputs } of programs)
        terminal.out(
          `${join(out, `${name}.onnx`)}  ${formatBytes(bytes.length)}  (${signature(inputs)}) -> ${signature(outputs)}`,
        );
    return 0;
  },
});

/** Writes the programs of a checkpoint, and last the page that describes them. */
export function writeExport(checkpoint: Checkpoint, folder: string): ExportedProgram[] {
  const { model, weights, data, tokenizer } = checkpoint;
  const programs = exportModel(model, weights, {
    graft: version(),
    data: JSON.stringify(data),
  });
  makeFolder(folder);
  for (const { name, bytes } of programs) writeFileAtomic(join(folder, `${name}.onnx`), bytes);
  if (model.sampler.kind === 'iterative')
    writeFileAtomic(join(folder, 'steps.json'), `${JSON.stringify(model.sampler.steps)}\n`);
  if (tokenizer !== undefined)
    writeFileAtomic(join(folder, 'tokenizer.json'), `${JSON.stringify(tokenizer.toJSON(), null, 1)}\n`);
  writeFileAtomic(join(folder, 'README.md'), exportPage(checkpoint, programs));
  return programs;
}

const signature = (values: readonly ExportedValue[]): string =>
  values.map(({ name, shape }) => `${name} [${shape.join(', ')}]`).join(', ');

function exportPage(checkpoint: Checkpoint, programs: readonly ExportedProgram[]): string {
  const { model, data } = checkpoint;
  const history = trainingHistory(data);
  const rows = programs.flatMap(({ name, inputs, outputs }) => [
    ...inputs.map((value) => row(name, 'input', value)),
    ...outputs.map((value) => row(name, 'output', value)),
  ]);
  const values = data.values === undefined ? [] : ['', pixelWords(data.values)];
  return [
    `# ${model.family} as ONNX`,
    '',
    `${showNumber(countParameters(model.parameters))} parameters${history === undefined ? '' : `; ${history}`}. Axes named by words may have any size.`,
    '',
    '| file | | name | type and shape | what |',
    '|---|---|---|---|---|',
    ...rows,
    ...values,
    '',
    '```python',
    ...exampleOf(checkpoint, programs.find(({ name }) => name === 'scorer')!),
    '```',
    '',
  ].join('\n');
}

/** What the pixels of `x` are, in a sentence. */
function pixelWords(values: ImageValues): string {
  if (values === 'levels')
    return 'Pixels of `x` are the 256 levels of an image divided by 255: 0, 1/255, 2/255 and so on up to 1.';
  if (values === 'unit') return 'Pixels of `x` are any values from 0 (black) to 1 (white).';
  return `Pixels of \`x\` are 0 or 1: 1 where an image has ${showNumber(values.binarise)} of full brightness or more.`;
}

function exampleOf({ model, tokenizer }: Checkpoint, scorer: ExportedProgram): string[] {
  const { sampler } = model;
  const scores = scorer.outputs.map(({ name }) => name);
  switch (sampler.kind) {
    case 'latent':
      return latentExample(sampler.latent, model, scorer);
    case 'iterative':
      return iterativeExample(sampler, model.classes, scorer);
    case 'none':
      return scorerExample(model, scores);
    case 'autoregressive':
      return tokenExample(sampler.context, tokenizer?.special.bos);
  }
}

const row = (file: string, role: string, { name, shape, dtype, what }: ExportedValue): string =>
  `| ${file}.onnx | ${role} | \`${name}\` | ${dtype} [${shape.join(', ')}] | ${what} |`;

function latentExample(
  latent: number,
  { likelihood, classes, fields }: Checkpoint['model'],
  scorer: ExportedProgram,
): string[] {
  const label = classes === undefined ? '' : ", 'label': label";
  const scores = scorer.outputs.map(({ name }) => name);
  const drawing = [
    'import numpy as np',
    'import onnxruntime as ort',
    '',
    "sampler = ort.InferenceSession('sampler.onnx')",
    `z = np.random.standard_normal((16, ${latent})).astype(np.float32)`,
    ...(classes === undefined ? [] : [`label = np.arange(16, dtype=np.int32) % ${classes.length}`]),
    `images = sampler.run(['image'], {'z': z${label}})[0]`,
    '',
    "scorer = ort.InferenceSession('scorer.onnx')",
  ];
  if (likelihood?.kind !== 'bound') {
    const draws = scorer.inputs.find(({ name }) => name === 'noise');
    const lengths = draws?.shape.map((d) => (typeof d === 'number' ? d : 'len(images)')).join(', ');
    return [
      ...drawing,
      ...(draws === undefined ? [] : [`noise = np.random.standard_normal((${lengths})).astype(np.float32)`]),
      `${scores.join(', ')} = scorer.run([${scores.map((name) => `'${name}'`).join(', ')}], {'x': images${label}${draws === undefined ? '' : ", 'noise': noise"}})${scores.length === 1 ? '[0]' : ''}`,
    ];
  }
  const images = likelihood.support === 'binary' ? '(images > 0.5).astype(np.float32)' : 'images';
  const uniform = scorer.inputs.some(({ name }) => name === 'uniform');
  return [
    ...drawing,
    'k = 64  # more draws, a tighter bound',
    uniform
      ? `noise = np.random.random((k, len(images), ${fields[0]!.shape.join(', ')})).astype(np.float32)`
      : `noise = np.random.standard_normal((k, len(images), ${latent})).astype(np.float32)`,
    `log_weights = scorer.run(['log_weights'], {'x': ${images}, '${uniform ? 'uniform' : 'noise'}': noise${label}})[0]`,
    'log_likelihood = np.logaddexp.reduce(log_weights, axis=0) - np.log(k)  # nats, from below',
  ];
}

function scorerExample({ fields }: Model, scores: readonly string[]): string[] {
  return [
    'import numpy as np',
    'import onnxruntime as ort',
    '',
    "scorer = ort.InferenceSession('scorer.onnx')",
    `x = np.random.rand(16, ${fields[0]!.shape.join(', ')}).astype(np.float32)`,
    `${scores.join(', ')} = scorer.run([${scores.map((name) => `'${name}'`).join(', ')}], {'x': x})${scores.length === 1 ? '[0]' : ''}`,
  ];
}

function iterativeExample(
  { steps, shape, noisy }: IterativeSampler,
  classes: readonly string[] | undefined,
  scorer: ExportedProgram,
): string[] {
  const label = classes === undefined ? '' : ", 'label': label";
  const array = (lead: string) =>
    `np.random.standard_normal((${lead}, ${shape.join(', ')})).astype(np.float32)`;
  return [
    'import json',
    'import numpy as np',
    'import onnxruntime as ort',
    '',
    ...(classes === undefined ? [] : [`label = np.arange(16, dtype=np.int32) % ${classes.length}`]),
    ...(steps.length > UNROLLED_STEPS
      ? []
      : [
          '# All steps at once:',
          "sampler = ort.InferenceSession('sampler.onnx')",
          `z = ${array('16')}`,
          ...(noisy ? [`noise = ${array(`${steps.length}, 16`)}`] : []),
          `images = sampler.run(['image'], {'z': z${noisy ? ", 'noise': noise" : ''}${label}})[0]`,
          '',
        ]),
    '# Step by step:',
    "step = ort.InferenceSession('step.onnx')",
    `state = ${array('16')}`,
    "for numbers in np.array(json.load(open('steps.json')), np.float32):",
    ...(noisy ? [`    noise = ${array('16')}`] : []),
    `    feeds = {'state': state, 'numbers': numbers${noisy ? ", 'noise': noise" : ''}${label}}`,
    "    state, images = step.run(['next', 'image'], feeds)",
    '',
    ...drawnScores(scorer, label),
  ];
}

/** A scorer whose other inputs than images and classes are random numbers. */
function drawnScores({ inputs, outputs }: ExportedProgram, label: string): string[] {
  const drawn = inputs.filter(({ name }) => name === 'noise' || name === 'uniform');
  const lengths = (shape: ExportedValue['shape']) =>
    shape.map((d) => (typeof d === 'number' ? d : 'len(images)')).join(', ');
  const [score] = outputs;
  return [
    '# How likely, or how costly, images are:',
    "scorer = ort.InferenceSession('scorer.onnx')",
    ...drawn.map(
      ({ name, shape }) =>
        `${name} = np.random.${name === 'uniform' ? 'random' : 'standard_normal'}((${lengths(shape)})).astype(np.float32)`,
    ),
    `${score!.name} = scorer.run(['${score!.name}'], {'x': images${drawn.map(({ name }) => `, '${name}': ${name}`).join('')}${label}})[0]  # ${score!.what}`,
  ];
}

/** @param bos token that stands before a text, if the tokenizer has one */
function tokenExample(context: number, bos: number | undefined): string[] {
  return [
    'import numpy as np',
    'import onnxruntime as ort',
    'from tokenizers import Tokenizer',
    '',
    "tokenizer = Tokenizer.from_file('tokenizer.json')",
    "sampler = ort.InferenceSession('sampler.onnx')",
    `context = ${context}`,
    ...(bos === undefined
      ? ["ids = tokenizer.encode('The ').ids"]
      : [
          '# A text begins with a mark of its own.',
          `ids = [${bos}, *tokenizer.encode('The ', add_special_tokens=False).ids]`,
        ]),
    'while len(ids) < context:',
    '    tokens = np.zeros((1, context), np.int32)',
    '    tokens[0, : len(ids)] = ids',
    "    logits = sampler.run(['logits'], {'tokens': tokens})[0][0, len(ids) - 1]",
    '    p = np.exp(logits - logits.max())',
    '    ids.append(int(np.random.choice(len(p), p=p / p.sum())))',
    'print(tokenizer.decode(ids))',
    '',
    '# How likely a text is, here the one above:',
    "scorer = ort.InferenceSession('scorer.onnx')",
    'tokens = np.zeros((1, context), np.int32)',
    'targets = np.full((1, context), -1, np.int32)  # -1: no target',
    'tokens[0, : len(ids) - 1] = ids[:-1]',
    'targets[0, : len(ids) - 1] = ids[1:]',
    "nll = scorer.run(['nll'], {'tokens': tokens, 'targets': targets})[0][0]",
    "print(nll / (len(ids) - 1), 'nats a token')",
  ];
}
