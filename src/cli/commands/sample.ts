import { extname, resolve } from 'node:path';
import { z } from 'zod';
import type { ImageSet, Notation } from '../../data/data-set.ts';
import { parseSpec } from '../../data/parse-spec.ts';
import { GraftError } from '../../errors.ts';
import { writeFileAtomic } from '../../formats/atomic-file.ts';
import { writeNpyFile } from '../../formats/npy.ts';
import { writeNpzFile } from '../../formats/npz.ts';
import type { NumericArray } from '../../formats/numeric-array.ts';
import { writePng } from '../../formats/write-png.ts';
import { type Checkpoint, loadCheckpoint } from '../../models/checkpoint.ts';
import { chosenLabels } from '../../models/class-condition.ts';
import type { ImageSamples } from '../../models/draw-options.ts';
import { drawImages } from '../../models/draw-samples.ts';
import type { ArraySampler } from '../../models/model.ts';
import { unseenClasses } from '../../models/seen-classes.ts';
import { withSettings } from '../../models/with-settings.ts';
import { stream } from '../../random.ts';
import { countOf } from '../../study/format-number.ts';
import { enlargedGrid } from '../../study/image-grid.ts';
import { fewNames } from '../../study/model-card.ts';
import { defineCommand } from '../command.ts';
import { computeOptions, seedOption } from '../compute-options.ts';
import { drawTexts } from '../draw-texts.ts';
import { localModel } from '../local-model.ts';
import { overrideMap } from '../overrides.ts';
import { imagePreview } from '../preview.ts';
import type { Terminal } from '../terminal.ts';
import { checkingUsage, usageError } from '../usage-error.ts';
import { type WrittenTunes, writeAbcTunes, writeMidiTunes } from '../write-tunes.ts';

/** How tokens are chosen. */
const choice = z.strictObject({
  temperature: z.number().min(0).optional(),
  topK: z.int().min(1).optional(),
  topP: z.number().gt(0).max(1).optional(),
});

export const sample = defineCommand({
  name: 'sample',
  summary: 'draw samples from a checkpoint',
  description:
    'Draws images or texts from a model. Images go to a picture (.png), in rows, small ones enlarged by a whole factor to about 100 pixels a side, or to an array (.npy, .npz) as they are; without --out they are shown in the terminal. Texts are printed, or written a text a line (.txt, line ends as \\n) or as a list (.json); tunes also as one .abc file, or each as a MIDI file (.mid; several get numbers). One seed gives one result.',
  arguments: [
    {
      name: 'CHECKPOINT',
      summary: 'folder with config.json and model.safetensors, or hub:ORG/NAME',
      required: true,
    },
  ],
  options: {
    count: {
      kind: 'number',
      short: 'n',
      value: 'N',
      summary: 'how many',
      fallback: 16,
      whole: true,
      least: 1,
    },
    out: { kind: 'text', short: 'o', value: 'FILE', summary: 'where to write them' },
    class: {
      kind: 'list',
      value: 'NAME',
      summary: 'models by class: the classes of the samples, each in turn (default: all)',
    },
    prompt: {
      kind: 'text',
      value: 'TEXT',
      summary: 'language models: what every text begins with',
      fallback: '',
    },
    length: {
      kind: 'number',
      value: 'N',
      summary:
        "language models: tokens of a text at most, prompt included (default: the model's context, or half of it beyond a longer prompt)",
      whole: true,
      least: 1,
    },
    ...seedOption,
    json: { kind: 'flag', summary: 'print texts as a JSON list' },
    ...computeOptions,
  },
  overrides:
    'language models: temperature=0.8 topK=40 topP=0.95; diffusion and flows: steps=20 eta=0.5 guidance=2, as in their configuration',
  examples: [
    { line: 'graft sample my-vae --count 64 --out samples.png', does: 'a picture of 64 samples' },
    {
      line: 'graft sample my-gan --class 3 7 --out digits.png',
      does: 'by class, where the model was trained so',
    },
    { line: 'graft sample my-diffusion --out fast.png steps=20', does: 'in fewer denoising steps' },
    { line: 'graft sample my-gpt --prompt "ROMEO:" --length 300 temperature=0.8', does: 'texts that go on' },
    { line: 'graft sample my-tunes --count 8 --out tunes.abc', does: 'tunes in ABC notation' },
  ],
  async run({ arguments: [folder], options, overrides }, terminal) {
    const checkpoint = loadCheckpoint(await localModel(folder!, terminal));
    const { model, weights } = checkpoint;
    const given = overrideMap(overrides);
    const iterative = model.sampler.kind === 'iterative';
    const settings = checkingUsage('sample', () => (iterative ? {} : parseSpec(choice, given, 'key=value')));
    const { count, threads, device, out } = options;
    const run = { count, threads, device, batchSize: Math.min(count, 128) };
    const draws = stream(options.seed).child('samples');
    if (model.sampler.kind === 'none')
      throw new GraftError('unsupported', {
        what: `sampling '${folder}'`,
        reason: 'it judges examples and makes none',
        hint: 'graft evaluate measures it on data.',
      });
    if (model.sampler.kind !== 'autoregressive') {
      if (
        Object.keys(settings).length > 0 ||
        options.prompt !== '' ||
        options.length !== undefined ||
        options.json
      )
        throw usageError('sample', 'conflict', {
          first: iterative ? 'prompt, length and json' : 'prompt, length, json and key=value',
          second: `a ${model.family}`,
          reason: 'they are for language models',
        });
      const labels = options.class.length === 0 ? {} : { labels: chosenLabels(model, options.class, count) };
      sayUnseen(checkpoint, options.class, terminal);
      const set = checkingUsage('sample', () => withSettings(model, iterative ? given : {}, 'key=value'));
      const sampler = set.sampler as ArraySampler;
      const samples = await drawImages(set, sampler, weights, draws, {
        ...run,
        ...labels,
        signal: terminal.signal,
      });
      await writeImages(samples, out, terminal);
      return 0;
    }
    if (options.class.length > 0)
      throw usageError('sample', 'conflict', {
        first: '--class',
        second: `a ${model.family}`,
        reason: 'it makes texts that begin with --prompt, not examples by class',
      });
    const texts = await drawTexts(checkpoint, draws, {
      ...run,
      prompt: options.prompt,
      ...(options.length === undefined ? {} : { length: options.length }),
      ...(settings.temperature === undefined ? {} : { temperature: settings.temperature }),
      ...(settings.topK === undefined ? {} : { topK: settings.topK }),
      ...(settings.topP === undefined ? {} : { topP: settings.topP }),
    });
    const notation = checkpoint.tokenizer?.kind === 'events' ? 'events' : 'abc';
    writeTexts(texts, out, options.json, notation, terminal);
    return 0;
  },
});

/** Warns of classes of which the model has seen no example. */
function sayUnseen({ model, data }: Checkpoint, chosen: readonly string[], terminal: Terminal): void {
  const unseen = unseenClasses(model, data);
  const asked = (names: readonly string[]) =>
    names.filter((name) => chosen.length === 0 || chosen.includes(name));
  const names = asked(unseen?.names ?? []);
  if (unseen === undefined || names.length === 0) return;
  const known = asked(unseen.earlier);
  const rest = names.filter((name) => !known.includes(name));
  if (rest.length > 0)
    terminal.say(
      `warning: the model has seen no example of ${rest.length === 1 ? 'class' : `${rest.length} classes:`} ${fewNames(rest)}; samples of ${rest.length === 1 ? 'it' : 'them'} mean nothing.${chosen.length === 0 ? ' --class NAME chooses others.' : ''}`,
    );
  if (known.length > 0)
    terminal.say(
      `warning: the model's last training (${unseen.training}) had no example of ${known.length === 1 ? 'class' : `${known.length} classes:`} ${fewNames(known)}; samples of ${known.length === 1 ? 'it' : 'them'} are what an earlier training left.`,
    );
}

async function writeImages(
  samples: ImageSamples,
  out: string | undefined,
  terminal: Terminal,
): Promise<void> {
  const [channels, height, width] = samples.shape as [number, number, number];
  const count = samples.data.length / (channels * height * width);
  if (out === undefined) {
    const { columns, colour } = terminal.screen;
    const pixels = Uint8Array.from(samples.data, (v) => Math.round(255 * Math.min(1, Math.max(0, v))));
    const set: ImageSet = {
      kind: 'image',
      name: 'samples',
      count,
      channels,
      height,
      width,
      pixels,
      provenance: { files: [], steps: [] },
    };
    terminal.out(
      imagePreview(
        set,
        Array.from({ length: count }, (_, i) => i),
        columns,
        colour.results,
      ),
    );
    terminal.say('--out FILE.png writes a picture.');
    return;
  }
  const path = resolve(terminal.directory, out);
  const array: NumericArray = {
    dtype: 'float32',
    shape: [count, channels, height, width],
    data: samples.data,
  };
  const extension = extname(path).toLowerCase();
  if (extension === '.png')
    await writePng(path, enlargedGrid(samples, Math.min(12, Math.ceil(Math.sqrt(count)))));
  else if (extension === '.npy') writeNpyFile(path, array);
  else if (extension === '.npz') writeNpzFile(path, new Map([['samples', array]]));
  else throw badExtension(out, '.png, .npy or .npz for images');
  terminal.say(`Wrote ${countOf(count, 'sample')} to ${out}.`);
}

function writeTexts(
  texts: readonly string[],
  out: string | undefined,
  json: boolean,
  notation: Notation,
  terminal: Terminal,
): void {
  const list = `${JSON.stringify(texts, null, 1)}\n`;
  if (out === undefined) {
    if (json) terminal.out(list.trimEnd());
    else terminal.out(texts.join(texts.some((text) => text.includes('\n')) ? '\n---\n' : '\n'));
    return;
  }
  const path = resolve(terminal.directory, out);
  const extension = extname(path).toLowerCase();
  if (extension === '.json') writeFileAtomic(path, list);
  else if (extension === '.txt')
    writeFileAtomic(path, `${texts.map((text) => text.replaceAll('\n', '\\n')).join('\n')}\n`);
  else if (extension === '.mid' || extension === '.midi') {
    sayTunes(writeMidiTunes(path, texts, notation), out, terminal);
    return;
  } else if (extension === '.abc' && notation === 'abc') {
    sayTunes(writeAbcTunes(path, texts), out, terminal);
    return;
  } else
    throw badExtension(
      out,
      notation === 'abc' ? '.txt, .json, .abc or .mid for texts' : '.txt, .json or .mid',
    );
  terminal.say(`Wrote ${countOf(texts.length, 'sample')} to ${out}.`);
}

function sayTunes({ files, invalid }: WrittenTunes, out: string, terminal: Terminal): void {
  const several = files.length > 1 ? ` (${countOf(files.length, 'file')})` : '';
  terminal.say(files.length === 0 ? 'Wrote nothing.' : `Wrote ${out}${several}.`);
  if (invalid.length > 0) terminal.say(`Do not parse as tunes: ${invalid.join(', ')}.`);
}

const badExtension = (out: string, allowed: string): GraftError =>
  new GraftError('invalid-value', { what: '--out', received: out, allowed });
