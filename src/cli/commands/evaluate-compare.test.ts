import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { recordedRun } from '../../../test/recorded-run.ts';
import { dataContext } from '../../data/data-context.ts';
import { writeNpyFile } from '../../formats/npy.ts';
import { writePng } from '../../formats/write-png.ts';
import { stream } from '../../random.ts';
import type { Evaluation } from '../../study/evaluate-checkpoint.ts';
import { formatSignificant } from '../../study/format-number.ts';
import { measurementKey } from '../../study/measurement-key.ts';
import { parseRecipe } from '../../study/recipe-spec.ts';
import { runRecipe } from '../../study/run-recipe.ts';
import type { ComparisonBlock } from '../comparison-table.ts';
import { commandLoaders } from './index.ts';

const digits = (style: string) => ({
  dataset: 'glyphs',
  select: { style, script: 'latin', case: 'digit' },
});
const handwriting = JSON.stringify(digits('handwriting'));
const serif = JSON.stringify(digits('serif'));

let folder: string;

/** Trains a tiny model where the command would have to start a worker; its checkpoint lies in NAME/checkpoint. */
async function train(name: string, recipe: object, seed = 1): Promise<void> {
  mkdirSync(join(folder, name));
  await runRecipe(parseRecipe({ name, ...recipe }, name), seed, dataContext(folder, undefined), {
    directory: join(folder, name),
    dependency: () => {
      throw new Error('a recipe needs no other step');
    },
    now: () => performance.now(),
    emit: () => undefined,
    signal: new AbortController().signal,
    base: folder,
    threads: 1,
    device: 'cpu',
    earlier: { wall: 0, cpu: 0 },
  });
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'graft-evaluate-'));
  const vae = (steps: number, model: object = {}) => ({
    family: 'vae',
    model: { hidden: [32], latent: 4, ...model },
    data: digits('sans-serif'),
    training: { steps, batch: 32, learningRate: 0.003, looks: 4 },
    evaluation: { importanceSamples: 4 },
  });
  await train('vae', vae(150));
  await train('worse', vae(5), 2);
  await train('grey', vae(5, { likelihood: 'discretised-logistic' }));
  const gpt = (steps: number) => ({
    family: 'transformer',
    model: { layers: 1, heads: 1, width: 16, context: 16 },
    data: { dataset: 'names', select: { language: 'english' } },
    training: { steps, batch: 32, learningRate: 0.01, looks: 3 },
  });
  await train('gpt', gpt(120));
  await train('gpt-5', gpt(5));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const little = ['evaluation.items=40', 'evaluation.importanceSamples=4', 'sampling.count=40'];
const run = (...line: string[]) => recordedRun(line, folder);
const readEvaluation = (place: string) =>
  JSON.parse(readFileSync(join(folder, place, 'evaluation.json'), 'utf8')) as Evaluation;

/** Every number that a sentence quotes is the rounded value of a measurement that it names, or follows from them. */
function expectTraceable({ suitability, measurements, reference }: Evaluation): void {
  const known = new Map(measurements.map((m) => [measurementKey(m), m]));
  for (const { text, measurements: keys } of suitability.evidence) {
    expect(keys.length).toBeGreaterThan(0);
    for (const key of keys) expect([...known.keys()]).toContain(key);
    const values = keys.flatMap((key) => {
      const { value, extras, standardError } = known.get(key)!;
      return [value, 100 * value, standardError ?? 0, ...Object.values(extras ?? {})];
    });
    const quoted = text.match(/\d+\.\d+/g) ?? [];
    const plain = [...values, reference?.value ?? 0];
    const pairs = plain.flatMap((a) => plain.flatMap((b) => [Math.abs(a - b), Math.hypot(a, b)]));
    const written = new Set([...plain, ...pairs].map((value) => formatSignificant(value, 4)));
    for (const number of quoted) expect([...written]).toContain(number);
  }
}

describe('graft evaluate', () => {
  test('images: the target, the source that the card names, unseen sets, and what it all comes to', async () => {
    const line = ['evaluate', 'vae/checkpoint', '--data', handwriting, '--unseen', serif];
    const { code, out, said } = await run(...line, '--out', 'vae-report', ...little);
    expect(said).not.toMatch(/error|not known/);
    expect(code).toBe(0);
    const evaluation = readEvaluation('vae-report');
    const on = (place: RegExp) =>
      new Set(evaluation.measurements.filter((m) => place.test(m.on)).map(({ metric }) => metric));
    const quality = ['kid', 'precision', 'recall', 'density', 'coverage'];
    expect(on(/^target$/)).toEqual(
      new Set(['nll', 'bits_per_dim', 'authpct', 'reconstruction_mse', 'recognised', ...quality]),
    );
    expect(on(/^source$/)).toEqual(new Set(['nll', 'bits_per_dim', 'authpct', ...quality]));
    expect(on(/serif/)).toEqual(new Set(['nll', 'bits_per_dim', ...quality]));
    expect(evaluation.source).toBe('glyphs (case: digit, script: latin, style: sans-serif)');
    const nll = evaluation.measurements.find((m) => m.metric === 'nll' && m.on === 'target')!;
    expect(nll.extras!.gap_to_elbo).toBeGreaterThan(0);
    const mean = evaluation.items.reduce((a, b) => a + b, 0) / evaluation.items.length;
    expect(mean).toBeCloseTo(nll.value, 8);
    expect(evaluation.trial.cost).toMatchObject({ trainingFlops: 0, steps: 0 });
    // Characters of one typeface are alike.
    const { units } = evaluation;
    expect(units.noun).toBe('typeface');
    expect(units.count).toBeLessThan(evaluation.items.length);
    expect(nll.standardErrorOver).toBe(`${units.count} typefaces`);
    const measured = evaluation.trial.measurements.find((m) => measurementKey(m) === measurementKey(nll))!;
    expect(nll.standardError).not.toBe(measured.standardError);
    expectTraceable(evaluation);

    expect(out).toMatch(/^nll\s+target, test\s.* better than the ELBO$/m);
    expect(out).toMatch(/independent pixels.*nats per image/);
    expect(out).toMatch(/^one image alone, median\s+[\d.]+ ms$/m);
    expect(out).toMatch(/Worth\s+trying\s+first/);
    expect(out.replace(/\s+/g, ' ')).toContain('One model that was not trained further cannot show');
    const page = readFileSync(join(folder, 'vae-report/report.html'), 'utf8');
    expect(page).toMatch(/^<!doctype html>/);
    // Samples, nearest training examples, reconstructions; nothing from outside.
    expect(page.match(/data:image\/png;base64/g)).toHaveLength(3);
    expect(page).not.toMatch(/(?:src|href)="(?!data:|#)/);
    expect(readFileSync(join(folder, 'vae-report/report.md'), 'utf8')).toMatch(/## On the target: glyphs/);
    const pictures = ['nearest.png', 'reconstructions.png', 'samples.png'];
    expect(readdirSync(join(folder, 'vae-report')).sort()).toEqual(
      ['evaluation.json', 'report.html', 'report.md', ...pictures].sort(),
    );
  });

  test('texts: bits per byte against tokens alone, and what the samples repeat; the same again', async () => {
    const line = [
      'evaluate',
      'gpt/checkpoint',
      '--data',
      'names/italian',
      '--unseen',
      'names/danish',
      ...little,
    ];
    const { code, out } = await run(...line, '--json', '--format', 'json', '--out', 'gpt-report');
    expect(code).toBe(0);
    const evaluation = JSON.parse(out) as Evaluation;
    expect(evaluation).toEqual(readEvaluation('gpt-report'));
    expect(readdirSync(join(folder, 'gpt-report')).sort()).toEqual(['evaluation.json', 'samples.json']);
    expect(new Set(evaluation.measurements.map(({ on }) => on))).toEqual(
      new Set(['target', 'source', 'names (danish)']),
    );
    expect(evaluation.reference).toMatchObject({ metric: 'bits_per_byte', unit: 'bits/byte' });
    expect(evaluation.suitability.evidence[0]!.text).toMatch(
      /^On the target its cost is [\d.]+ bits per byte \(perplexity [\d.]+\); independent tokens .* reach [\d.]+,/,
    );
    expectTraceable(evaluation);
    const again = await run(...line, '--json', '--out', 'gpt-again');
    const { measurements, suitability } = JSON.parse(again.out) as Evaluation;
    expect(measurements).toEqual(evaluation.measurements);
    expect(suitability).toEqual(evaluation.suitability);
  });

  test('images of other and of several sizes are brought to what the model takes, which is said', async () => {
    mkdirSync(join(folder, 'photos'));
    for (let i = 0; i < 80; i++) {
      const [height, width] = i % 2 === 0 ? [20, 36] : [40, 40];
      const data = Uint8Array.from(stream(i).integers(3 * height * width, 256));
      await writePng(join(folder, `photos/${i}.png`), { channels: 3, height, width, data });
    }
    const narrow = Uint8Array.from(stream(1).integers(80 * 30 * 20, 256));
    writeNpyFile(join(folder, 'narrow.npy'), { dtype: 'uint8', shape: [80, 30, 20], data: narrow });
    const sets = ['--data', 'photos', '--unseen', '{ path: narrow.npy, fit: contain }'];
    const { code, said } = await run('evaluate', 'vae/checkpoint', ...sets, '--out', 'fitted', ...little);
    expect(code).toBe(0);
    expect(said).toContain(
      'note: The images of photos (36 x 20 to 40 x 40 pixels, colour) were brought to what the model takes (28 x 28, grey): cropped where the shape differs, antialiased bicubic.',
    );
    expect(said).toContain(
      'note: The images of narrow (20 x 30) were brought to what the model takes (28 x 28): framed in black where the shape differs, antialiased bicubic.',
    );
    const { measurements, notes } = readEvaluation('fitted');
    const nll = measurements.find(({ metric, on }) => metric === 'nll' && on === 'target')!;
    expect(nll.representation).toMatch(/^binary 1x28x28 at 0\.5, .*resized/);
    expect(notes.filter((note) => note.includes('brought to what the model takes'))).toHaveLength(2);
    // What is compared must be measured alike: there a size is asked for.
    const compared = await run('compare', 'vae', 'worse', '--data', 'narrow.npy', ...little);
    expect(compared.said).toMatch(
      /\(vae\); both need one size: set resize: 28 and channels: 1 of the data set/,
    );
    expect(compared.code).toBe(1);
  });

  test.each([
    ['no data', ['evaluate', 'vae/checkpoint'], 2, /needs --data SET/],
    ['no checkpoint', ['evaluate', 'nothing', '--data', 'glyphs'], 1, /config\.json/],
    [
      'texts for images',
      ['evaluate', 'vae/checkpoint', '--data', 'names/danish'],
      1,
      /model 'vae' \(vae\/checkpoint\): is for images/,
    ],
    [
      'a setting of training',
      ['evaluate', 'vae/checkpoint', '--data', 'glyphs', 'training.steps=3'],
      2,
      /unknown setting 'training'/,
    ],
    [
      'a misspelt setting',
      ['evaluate', 'vae/checkpoint', '--data', 'glyphs', 'evaluation.itms=3'],
      1,
      /Did you mean 'items'/,
    ],
    [
      'an unknown format',
      ['evaluate', 'vae/checkpoint', '--data', 'glyphs', '--format', 'htm'],
      2,
      /Did you mean 'html'/,
    ],
    [
      'a page that is not written',
      ['evaluate', 'vae/checkpoint', '--data', 'glyphs', '--format', 'md', '--open'],
      2,
      /only the HTML report/,
    ],
  ])('%s is an error', async (_, line, code, wanted) => {
    const result = await run(...line, '--out', 'unwritten');
    expect(result.said).toMatch(wanted);
    expect(result.said).not.toMatch(/\n\s+at /);
    expect(result.code).toBe(code);
  });
});

test('stopped by Ctrl-C, both remove what they began', async () => {
  const stop = new AbortController();
  stop.abort();
  const line = ['evaluate', 'vae/checkpoint', '--data', handwriting, ...little, '--out', 'stopped'];
  expect((await recordedRun(line, folder, {}, stop.signal)).code).toBe(130);
  expect(readdirSync(join(folder, 'stopped'))).toEqual([]);
  // Without this the program ends at once, and a folder of its measuring stays behind.
  for (const name of ['evaluate', 'compare'] as const)
    expect((await commandLoaders[name]()).stopsInOrder).toBe(true);
});

describe('graft compare', () => {
  test('checkpoints side by side and item by item; a run names its checkpoint', async () => {
    const line = ['compare', 'vae', 'worse/checkpoint', '--data', handwriting, ...little];
    const { code, out } = await run(...line);
    expect(code).toBe(0);
    expect(out).toMatch(/^\s+nll ↓\s+bits_per_dim ↓.*precision ↑/m);
    expect(out).toMatch(/^vae\s+\* [\d.]+ /m);
    expect(out).toMatch(
      / {2}worse\/checkpoint: \+[\d.]+ nats\/item \(\+[\d.]+ to \+[\d.]+\), p < 0\.001: worse/,
    );
    const [block] = JSON.parse((await run(...line, '--json')).out) as ComparisonBlock[];
    const [first, second] = block!.rows.map(({ cells }) => cells[0]!.mean);
    expect(block!.paired).toMatchObject([{ label: 'worse/checkpoint', reference: 'vae', items: 40 }]);
    expect(block!.paired[0]!.meanDifference).toBeCloseTo(second! - first!, 8);
  });

  test('language models are compared in bits per byte, and stand beside their evaluations', async () => {
    const line = ['compare', 'gpt', 'gpt-5', 'gpt-report', '--data', 'names/italian', '--json', ...little];
    const [block, ...rest] = JSON.parse((await run(...line)).out) as ComparisonBlock[];
    expect(rest).toEqual([]);
    const column = block!.columns.findIndex(({ metric }) => metric === 'bits_per_byte');
    const [gpt, early, report] = block!.rows.map(({ cells }) => cells[column]!.mean);
    expect(report).toBe(gpt);
    const [worse, same] = block!.paired;
    expect(worse!.meanDifference).toBeCloseTo(early! - gpt!, 8);
    expect(worse).toMatchObject({ unit: 'bits/byte', verdict: 'worse' });
    expect(same).toMatchObject({ meanDifference: 0, verdict: 'no difference can be claimed' });
  });

  test('studies are compared in their primary metric, which they must share', async () => {
    const study = (name: string, primary: string, value: number) => ({
      format: 1,
      study: { name },
      data: [{ role: 'target', name: 'digits', hash: 'f'.repeat(64) }],
      matrix: { models: ['vae'], techniques: [{ label: 'fine-tune' }], budgets: [10], seeds: [1, 2] },
      comparison: { primary: { metric: primary } },
      trials: [1, 2].map((seed) => ({
        result: {
          cell: { model: 'vae', technique: 'fine-tune', budget: 10, seed },
          measurements: ['nll', 'kid'].map((metric) => ({
            metric,
            on: 'target',
            split: 'test',
            value: value + seed,
            unit: metric === 'nll' ? 'nats/item' : 'squared kernel units',
            direction: 'lower',
            version: 1,
            real: 5,
          })),
        },
      })),
    });
    const write = (name: string, primary: string, value: number) =>
      writeFileSync(join(folder, `${name}.json`), JSON.stringify(study(name, primary, value)));
    write('one', 'nll', 100);
    write('two', 'nll', 90);
    write('three', 'kid', 90);
    const { code, out } = await run('compare', 'one.json', 'two.json');
    expect(code).toBe(0);
    expect(out).toMatch(/^\s+nll ↓\n/m);
    expect(out).not.toMatch(/kid/);
    expect(out).toMatch(/^one: fine-tune, 10\s+101\.5 ± 6\.4 \(2\)\ntwo: fine-tune, 10\s+\* 91\.5/m);
    const unlike = await run('compare', 'one.json', 'three.json');
    expect(unlike.code).toBe(1);
    expect(unlike.said).toMatch(/'one' \(primary metric nll\) and study 'three' \(kid\) cannot be combined/);
    expect((await run('compare', 'one.json', 'three.json', '--metric', 'kid')).code).toBe(0);
  });

  test.each([
    [
      'unlike representations',
      ['vae', 'grey', '--data', handwriting, '--metric', 'nll', ...little],
      1,
      /nll of 'vae'.*of 'grey'.*unlike representations/,
    ],
    [
      'images and texts',
      ['vae', 'gpt', '--data', handwriting, ...little],
      1,
      /is for texts and tunes, but .* holds images/,
    ],
    ['no data', ['vae', 'worse'], 2, /needs --data SET/],
    [
      'a file of something else',
      ['vae/checkpoint/config.json'],
      1,
      /neither the results of a study nor an evaluation/,
    ],
    ['an unknown metric', ['vae', '--metric', 'nl'], 2, /Did you mean 'nll'/],
    ['an unknown study', ['nothing'], 1, /nothing/],
  ])('%s: an error', async (_, line, code, wanted) => {
    const result = await run('compare', ...line);
    expect(result.said).toMatch(wanted);
    expect(result.said).not.toMatch(/\n\s+at /);
    expect(result.code).toBe(code);
  });
});
