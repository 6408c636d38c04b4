import { existsSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { withByteTokens } from '../../data/tokenizers/character-tokenizer.ts';
import type { Tokenizer } from '../../data/tokenizers/tokenizer.ts';
import { GraftError } from '../../errors.ts';
import { isFolder } from '../../formats/list-files.ts';
import { isCharRnn } from '../../models/char-rnn.ts';
import { type Checkpoint, saveCheckpoint } from '../../models/checkpoint.ts';
import { readTokenizerAt } from '../../models/hugging-face/tokenizer-files.ts';
import { importCheckpoint } from '../../models/import-checkpoint.ts';
import { checkCausal } from '../../models/imported/check-causal.ts';
import { checkExamplesApart } from '../../models/imported/check-examples-apart.ts';
import { refitCheckpoint } from '../../models/refit-checkpoint.ts';
import type { TensorFate } from '../../models/transplant.ts';
import { stream } from '../../random.ts';
import { modelCard, shownConfig } from '../../study/model-card.ts';
import { countParameters } from '../../tensor/parameters.ts';
import { defineCommand } from '../command.ts';
import { seedOption } from '../compute-options.ts';
import { localModel } from '../local-model.ts';
import { onnxOptions, onnxOptionTable } from '../onnx-options.ts';
import { overrideMap } from '../overrides.ts';
import { checkModelFolder } from '../run-steps.ts';
import { showNumber } from '../show-number.ts';
import { shownPath } from '../study-options.ts';
import { tableText } from '../table-text.ts';
import { checkingUsage, usageError } from '../usage-error.ts';

export const importCommand = defineCommand({
  name: 'import',
  summary: "make a checkpoint of another program's model",
  description:
    'Reads a model of another program, checks it and writes it as a checkpoint. Folders of transformers (Llama, Mistral, Qwen2 and GPT-2 types, safetensors in one file or in shards, tokenizer.json) can also be given to other commands and to studies as they are; models of llama2.c (.bin with its tokenizer) and character LSTMs of ml5.js (manifest.json, raw float32 files, vocab.json) have to be imported. LoRA adapters of peft are taken into their model. hub:ORG/NAME is fetched from the Hugging Face hub (or the one that HF_ENDPOINT names) into the cache, checked, and taken from there when there is no connection. ONNX files of any exporter become models like any other once they are told what they do: an autoencoder (one file, or a decoder with --encoder), a generator (latent vector to image), a scorer (image to log-probability) or a next-token model; so do Layers models of TensorFlow.js (model.json and its shards). Nothing in a file is executed: pickles are refused.',
  arguments: [{ name: 'MODEL', summary: 'folder or file, or hub:ORG/NAME', required: true }],
  options: {
    out: { kind: 'text', short: 'o', value: 'FOLDER', summary: 'where the checkpoint goes (needed)' },
    tokenizer: {
      kind: 'text',
      value: 'FILE',
      summary:
        'another tokenizer (…tokenizer.json, or a folder that has one): rows of the vocabulary are found by token; for llama2.c and ml5.js their own (default: tok*.bin or vocab*.json beside the model)',
    },
    unseen: {
      kind: 'choice',
      choices: ['bytes'],
      summary:
        'models of characters: those that the vocabulary lacks are spelled in bytes, whose rows are added (without it they are an error)',
    },
    ...onnxOptionTable,
    base: {
      kind: 'text',
      value: 'FOLDER',
      summary: 'LoRA adapter of peft: its model (default: the folder that it names)',
    },
    force: { kind: 'flag', summary: 'replace another model that is in the folder of --out' },
    ...seedOption,
    json: { kind: 'flag', summary: 'print what was read as one JSON object' },
  },
  overrides:
    "options of the model's family that change its size: width=256 context=128 image=[1,32,32]; what was taken, resized, drawn anew or dropped is printed. With --as: output=28 code=NAME logVariance=NAME image=1x28x28 context=64 mean=0.1307 std=0.3081 …",
  examples: [
    {
      line: 'graft import decoder.onnx --as autoencoder --encoder encoder.onnx --out mine mean=0.13 std=0.31',
      does: 'an encoder and a decoder in ONNX',
    },
    { line: 'graft import generator.onnx --as generator --out mine', does: 'latent vector to image' },
    {
      line: 'graft import my-gpt --tokenizer their/tokenizer.json --out mine width=96',
      does: 'in another size and with another vocabulary',
    },
    { line: 'graft import hub:HuggingFaceTB/SmolLM2-135M --out smol', does: 'from the hub' },
    { line: 'graft import ./my-adapter --base ./SmolLM2-135M --out mine', does: 'a LoRA adapter of peft' },
    { line: 'graft import ./SmolLM2-135M --out smol', does: 'a folder that transformers wrote' },
    {
      line: 'graft import stories260K.bin --tokenizer tok512.bin --out stories',
      does: 'a model of llama2.c',
    },
    { line: 'graft import ./charrnn-shakespeare --out bard', does: 'a character LSTM of ml5.js' },
    {
      line: 'graft import ./charrnn-shakespeare --unseen bytes --out bard',
      does: 'the same for texts with characters that it has never seen',
    },
    {
      line: 'graft import ./cvae/models --as generator --out doodles fill.label=hot:13',
      does: 'a model of TensorFlow.js, whose other input holds 1 at place 13',
    },
  ],
  async run({ arguments: [source], options, overrides }, terminal) {
    const { out: written } = options;
    if (written === undefined)
      throw usageError('import', 'missing-argument', {
        command: 'graft import',
        argument: '--out FOLDER',
        meaning: 'where the checkpoint goes',
      });
    const out = resolve(terminal.directory, written);
    if (!options.force) {
      checkModelFolder(out);
      if (existsSync(join(out, 'model.safetensors')))
        throw new GraftError('cannot-write', {
          path: out,
          reason: 'another model is there',
          hint: 'Choose another --out, or replace it with --force.',
        });
    }
    const path = await localModel(source!, terminal);
    const given =
      options.tokenizer === undefined ? undefined : resolve(terminal.directory, options.tokenizer);
    const onnx = onnxOptions(options, overrides, terminal.directory);
    const other =
      onnx === undefined && given !== undefined && !isOwnTokenizer(path, given)
        ? readTokenizerAt(given)
        : undefined;
    const { checkpoint: read, format } = importCheckpoint(path, {
      ...(given === undefined || other !== undefined ? {} : { tokenizer: given }),
      ...(options.base === undefined ? {} : { base: resolve(terminal.directory, options.base) }),
      ...(onnx === undefined ? {} : { onnx }),
    });
    const settings = onnx === undefined ? overrideMap(overrides) : {};
    const tokens = options.unseen === undefined ? other : spellingUnseen(read, other, onnx !== undefined);
    const changed = tokens !== undefined || Object.keys(settings).length > 0;
    const { checkpoint, fates } = changed
      ? checkingUsage('import', () =>
          refitCheckpoint(
            read,
            { options: settings, tokenizer: tokens },
            stream(options.seed).child('import'),
          ),
        )
      : { checkpoint: read, fates: [] };
    const { model, tokenizer } = checkpoint;
    if (onnx !== undefined) await checkExamplesApart(model, checkpoint.weights);
    if (onnx?.role === 'next-token') await checkCausal(model, checkpoint.weights);
    saveCheckpoint(
      out,
      checkpoint,
      modelCard({
        title: basename(out),
        checkpoint,
        facts: [['Imported from', `${source!.startsWith('hub:') ? source : basename(path)}, a ${format}`]],
      }),
    );
    const parameters = countParameters(model.parameters);
    if (options.json)
      terminal.out(
        JSON.stringify(
          {
            folder: out,
            format,
            family: model.family,
            config: shownConfig(model.config),
            parameters,
            layers: model.layers,
            tokens: tokenizer?.vocabularySize,
            ...(changed ? { tensors: fates } : {}),
          },
          null,
          2,
        ),
      );
    else
      terminal.out(
        `${shownPath(out, terminal)}  ${model.family}, ${showNumber(parameters)} parameters in ${model.layers.length} layers${tokenizer === undefined ? '' : `, ${showNumber(tokenizer.vocabularySize)} tokens`}`,
      );
    if (changed && !options.json) terminal.out(fateTable(fates));
    if (onnx?.role === 'next-token' && model.sampler.kind === 'autoregressive')
      terminal.say(
        `Each token of a sample takes a run over ${model.sampler.context} tokens: what this graph would keep between tokens is not known.`,
      );
    return 0;
  },
});

/** The tokenizer that spells in bytes what it lacks. */
function spellingUnseen(
  { model, tokenizer: own }: Checkpoint,
  other: Tokenizer | undefined,
  isGraph: boolean,
): Tokenizer {
  const tokenizer = other ?? own;
  if (isGraph || tokenizer === undefined)
    throw new GraftError('conflict', {
      first: '--unseen',
      second: isGraph ? '--as' : `a ${model.family}`,
      reason: isGraph ? 'the vocabulary of such a file is fixed' : 'it has no vocabulary',
    });
  return withByteTokens(tokenizer);
}

/**
 * Whether a tokenizer is the one that the model's own format has in a file of its own (llama2.c, ml5.js), not another one
 * whose tokens the model is to learn.
 */
const isOwnTokenizer = (model: string, tokenizer: string): boolean =>
  tokenizer.endsWith('.bin') ||
  (isCharRnn(model) && !isFolder(tokenizer) && basename(tokenizer) !== 'tokenizer.json');

/** What became of each tensor that was not taken as it was, and how many were. */
function fateTable(fates: readonly TensorFate[]): string {
  const taken = fates.filter(({ fate }) => fate === 'taken').length;
  const shape = (sizes: readonly number[] | undefined) => (sizes === undefined ? '' : sizes.join(' x '));
  const rows = fates
    .filter(({ fate }) => fate !== 'taken')
    .map(({ name, fate, from, to, how = '' }) => [name, fate, shape(from), shape(to), how]);
  return [
    `${taken} of ${fates.length} tensors taken as they were`,
    ...(rows.length === 0 ? [] : [tableText(['tensor', '', 'was', 'is', ''], rows)]),
  ].join('\n');
}
