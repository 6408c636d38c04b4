import { describe, expect, test } from 'vitest';
import {
  imageRows,
  matrixOf,
  type SyntheticRow,
  type SyntheticStudy,
  syntheticTrials,
} from '../../test/synthetic-study.ts';
import { stream } from '../random.ts';
import { compareTrials } from './compare-trials.ts';
import type { Measurement } from './measurement.ts';
import { measurementId } from './measurement-key.ts';
import { verdict } from './verdict.ts';
import type { VerdictContext } from './verdict-context.ts';

const study: SyntheticStudy = { rows: imageRows, budgets: [25, 100, 400], seeds: [1, 2, 3] };

function judge(
  options: Partial<SyntheticStudy> = {},
  more: Partial<VerdictContext> = {},
  extras?: (technique: string) => Record<string, number>,
  alter: (measurement: Measurement) => readonly Measurement[] = (measurement) => [measurement],
) {
  const whole = { ...study, ...options };
  const matrix = matrixOf(whole);
  const trials = syntheticTrials(whole).map((trial) => {
    const { measurements, cell } = trial.result;
    const explained = measurements
      .map((m) => (extras ? { ...m, extras: extras(cell.technique) } : m))
      .flatMap(alter);
    return { ...trial, result: { ...trial.result, measurements: explained } };
  });
  const comparison = compareTrials(trials, { matrix, primary: 'nll', stream: stream(1) });
  const result = verdict(comparison, {
    matrix,
    metric: 'negative log-likelihood',
    unit: 'nats per image',
    item: 'image',
    target: 'handwriting',
    preTrainings: { vae: 1 },
    learningRates: { kind: 'searched', rates: [3e-4, 1e-3], tuningSeeds: 1 },
    ratesByHand: [],
    edgeRates: [],
    failures: [],
    trainingFlops: (model, technique) =>
      trials.find(({ result: { cell } }) => cell.model === model && cell.technique === technique)?.result.cost
        .trainingFlops ?? null,
    ...more,
  });
  return { ...result, comparison, trials, text: result.sentences.map(({ text }) => text).join('\n') };
}
const level = (label: string, quality: number, noise = 1): SyntheticRow => ({
  ...imageRows.find((row) => row.label === label)!,
  quality: () => quality,
  noise,
});

describe('what to use', () => {
  test('is one technique where it is nowhere worse', () => {
    const { sentences, overall, choices } = judge();
    expect(sentences[0]).toMatchObject({ kind: 'recommendation', model: 'vae' });
    expect(sentences[0]!.text).toBe(
      'Use fine-tune at every budget; with 100 images gradual-unfreezing has the better mean (ahead of fine-tune by 0.2 nats per image), but no difference from fine-tune can be claimed there. 3 seeds do not show whether it is better than gradual-unfreezing: no difference can be claimed. Differences of the observed size would take about 16 to 36 seeds, depending on the pair.',
    );
    expect(overall).toEqual([{ model: 'vae', technique: 'fine-tune' }]);
    expect(choices.map(({ technique }) => technique)).toEqual([
      'fine-tune',
      'gradual-unfreezing',
      'fine-tune',
    ]);
  });

  test('depends on the budget where the order changes', () => {
    const rows = [
      level('from-scratch', 200, 0.1),
      { ...level('fine-tune', 0, 0.1), quality: (n: number) => (n < 200 ? 120 : 80) },
      { ...level('gradual-unfreezing', 0, 0.1), quality: (n: number) => (n < 200 ? 100 : 90) },
    ];
    const { sentences, overall } = judge({ rows });
    expect(sentences[0]!.text).toBe(
      'Use gradual-unfreezing with 25 and 100 images (better than from-scratch and fine-tune) and fine-tune with 400 images (better than from-scratch and gradual-unfreezing).',
    );
    expect(overall).toEqual([{ model: 'vae', technique: null }]);
  });

  test('is nothing in particular where nothing can be claimed', () => {
    const rows = [level('from-scratch', 100, 5), level('fine-tune', 99.9, 5)];
    const { text, choices } = judge({ rows });
    expect(text).toMatch(
      /^from-scratch came out best by mean negative log-likelihood with 25 and 100 images \(ahead of fine-tune by 4 nats per image with 25 images and by 3 with 100 images\) and fine-tune with 400 images \(ahead of from-scratch by 4 nats per image\)\. 3 seeds do not show that this is more than chance: no advantage over any other technique can be claimed\. Differences of the observed size would take about 43 to 108 seeds, depending on the pair\./,
    );
    expect(text).toContain('No difference can be claimed');
    expect(text).toContain('None of the 3 stated comparisons shows a difference that can be claimed.');
    expect(text).toMatch(/Seeds needed .*fine-tune against from-scratch: about \d+ with 25 images/);
    expect(choices.every(({ claimed }) => !claimed)).toBe(true);
  });

  test('is not lifted by a win against a third technique above an undecided better mean', () => {
    const rows = [
      level('from-scratch', 120, 0.1),
      level('fine-tune', 100, 0.1),
      level('gradual-unfreezing', 40, 20),
    ];
    const { sentences, choices } = judge({ rows, budgets: [25] });
    const at = sentences.find(({ kind, budget }) => kind === 'recommendation' && budget === 25)!;
    expect(at.text).toMatch(
      /no difference can be claimed between gradual-unfreezing and fine-tune; from-scratch is worse than fine-tune by 19\.9.*gradual-unfreezing has the lowest mean .* which is not proven to be better than any other\./,
    );
    expect(choices).toEqual([
      { model: 'vae', budget: 25, technique: 'gradual-unfreezing', claimed: false, rivals: ['fine-tune'] },
    ]);
    expect(sentences[0]!.text).toContain(
      'With 25 images gradual-unfreezing came out best by mean negative log-likelihood, ahead of fine-tune by 40.91 nats per image.',
    );
    expect(sentences[0]!.text).not.toContain('Use');
  });

  test('says of a proven choice what may be as good', () => {
    const rows = [
      level('from-scratch', 120, 0.1),
      level('feature-extraction', 99, 5),
      level('fine-tune', 97, 0.1),
    ];
    const { sentences } = judge({ rows, budgets: [25] });
    expect(sentences[0]!.text).toBe(
      'Use fine-tune with 25 images: it has the lowest mean negative log-likelihood, ahead of feature-extraction by 1.83 nats per image, and is better than from-scratch. 3 seeds do not show whether it is better than feature-extraction: no difference can be claimed. A difference of the observed size would take about 140 seeds.',
    );
    expect(sentences[1]!.text).toMatch(
      /better than from-scratch by .*; no difference can be claimed between fine-tune and feature-extraction\.$/,
    );
  });

  test('may be to leave the model as it is', () => {
    const rows = [
      { ...imageRows[0]!, quality: () => 60 },
      level('from-scratch', 120, 0.1),
      level('fine-tune', 100, 0.1),
    ];
    expect(judge({ rows }).text).toContain('use source-only (the pre-trained model as it is)');
  });

  test('ranks techniques that lost trials by the seeds that all have', () => {
    const failed = (technique: string, budget: number, seed: number) =>
      technique === 'fine-tune' && budget === 25 && seed === 2;
    const { choices, text } = judge(
      { failed },
      { failures: [{ model: 'vae', technique: 'fine-tune', budget: 25, seed: 2 }] },
    );
    expect(choices[0]!.technique).toBe('fine-tune');
    expect(text).toContain(
      'With 25 images fine-tune has a result for 2 of 3 seeds (1 trial failed); it is ranked by the seeds that all have.',
    );
  });

  test('never is a technique that is claimed to be worse than another', () => {
    for (const seeds of [
      [1, 2, 3],
      [1, 2, 3, 4, 5],
    ]) {
      const { choices, comparison } = judge({
        seeds,
        failed: (technique, _, seed) => technique === 'fine-tune' && seed === 2,
        unconverged: (technique) => technique === 'from-scratch',
      });
      for (const { budget, technique } of choices)
        for (const one of comparison.comparisons.filter(
          (c) => c.budget === budget && c.result?.noClaim === null,
        ))
          expect(one.result!.verdict === 'worse' ? one.technique : one.reference).not.toBe(technique);
    }
  });
});

test('a technique that had not converged is not called worse', () => {
  const { text, sentences } = judge({ unconverged: (technique) => technique === 'from-scratch' });
  expect(text).not.toMatch(/better than from-scratch|from-scratch is worse|better than .*than from-scratch/);
  const cautions = sentences.filter(
    ({ kind, text: said }) => kind === 'caution' && said.includes('had not converged'),
  );
  expect(cautions.map(({ budget }) => budget)).toEqual([25, 25, 100, 100, 400, 400]);
  expect(cautions[0]!.text).toContain('the training of from-scratch had not converged');
  expect(cautions[1]!.text).toContain('nothing is claimed where the weaker side had not converged: ');
});

describe('a cheaper technique', () => {
  const alternative = (options: Partial<SyntheticStudy> = {}) =>
    judge(options).sentences.find(({ kind }) => kind === 'alternative')!.text;

  test('is behind where that is claimed; so is the model as it is', () => {
    expect(alternative()).toMatch(
      /^Cheaper with 400 images: feature-extraction trains with 22 % of the operations of fine-tune: it is behind fine-tune by 14\.3 \([\d.]+ to [\d.]+\) nats per image; source-only costs no training: it is behind fine-tune by /,
    );
  });

  test('is never called behind where no difference can be claimed', () => {
    const rows = [
      level('from-scratch', 120, 0.1),
      level('fine-tune', 80, 0.1),
      { ...level('gradual-unfreezing', 96, 15), share: 0.4 },
    ];
    const text = alternative({
      rows,
      budgets: [400],
      unconverged: (label) => label === 'gradual-unfreezing',
    });
    expect(text).toMatch(
      /40 % of the operations of fine-tune: its mean is [\d.]+ nats per image higher; no difference can be claimed; its training had not converged\.$/,
    );
  });
});

describe('a budget at which a row has no result', () => {
  const unfinished = {
    failed: (technique: string, budget: number, seed: number) =>
      budget === 400 &&
      !['source-only', 'from-scratch'].includes(technique) &&
      (technique !== 'feature-extraction' || seed > 1),
  };

  test('is not decided', () => {
    const { choices, sentences, text } = judge(unfinished);
    expect(choices[2]).toMatchObject({ budget: 400, technique: null, claimed: false, rivals: [] });
    expect(sentences[0]!.text).toContain(
      'Not decided with 400 images: fine-tune and gradual-unfreezing have no result and feature-extraction has a result for 1 of 3 seeds.',
    );
    expect(sentences[0]!.text).not.toMatch(/Use[^.]*(400|every budget)/);
    expect(text).toMatch(
      /With 400 images nothing is decided: .* Of the others from-scratch has the lowest mean/,
    );
  });
});

test('claims whose level may not hold are marked', () => {
  expect(judge().text).toMatch(
    /With 25 images one side varies over seeds at least three times as much as the other in the claims? on .*source-only and /,
  );
  const alike = [level('from-scratch', 200), level('fine-tune', 100)];
  expect(judge({ rows: alike, seeds: [1, 2, 3, 4, 5, 6] }).text).not.toContain('three times as much');
});

describe('bounds on the likelihood', () => {
  const withBound = (gap: Record<string, number>, samples: number) =>
    judge(
      { rows: [level('from-scratch', 104, 0.1), level('fine-tune', 100, 0.1)], budgets: [25] },
      {},
      (label) => ({ gap_to_elbo: gap[label]!, effective_sample_size: samples }),
    ).text;

  test('that are looser by more than the claimed difference are said', () => {
    expect(withBound({ 'from-scratch': 9, 'fine-tune': 2 }, 30)).toMatch(
      /the ELBO is looser by 7\.0+ nats per image for from-scratch than for fine-tune, more than the claimed difference: part of the difference may be the bound\./,
    );
    expect(withBound({ 'from-scratch': 3, 'fine-tune': 2 }, 30)).not.toContain('looser');
  });

  test('that rest on few samples are said', () => {
    expect(withBound({ 'from-scratch': 3, 'fine-tune': 2 }, 1.9)).toContain(
      'rests on few effective samples (mean over items: from-scratch 1.9 and fine-tune 1.9)',
    );
    expect(withBound({ 'from-scratch': 3, 'fine-tune': 2 }, 30)).not.toContain('effective samples');
  });
});

describe('the scope', () => {
  test('says what the brackets are, what the level assumes and where rates lay at the edge', () => {
    const edge = { model: 'vae', technique: 'fine-tune', rate: 3e-4, end: 'lowest' } as const;
    const { text } = judge({}, { edgeRates: [25, 100].map((budget) => ({ ...edge, budget })) });
    expect(text).toMatch(
      /Numbers in brackets are paired t intervals .* all 21 comparisons decided \([\d.]+ to 99\.8 %/,
    );
    expect(text).toMatch(
      /held to 5 % where paired differences are symmetric about their mean \(docs\/decisions\/0002/,
    );
    expect(text).toContain(
      'At the edge of the grid was chosen the lowest rate (0.0003) for fine-tune with 25 and 100 images: a wider grid may find better ones.',
    );
  });

  test('says where what decides is a variational bound', () => {
    const { text } = judge({}, {}, undefined, (m) => [{ ...m, kind: 'variational bound' }]);
    expect(text).toContain('The negative log-likelihood is a variational bound: how far it lies from');
    expect(judge().text).not.toContain('variational');
  });

  test('says what the seeds can show and what the verdict holds for', () => {
    const { text } = judge();
    expect(text).toMatch(
      /With 3 seeds and 21 comparisons, a difference is found reliably \(80 % power\) only where it is at least 1\d\.\d times/,
    );
    expect(text).toContain('this one checkpoint and the test set of handwriting (1,000 images)');
    expect(text).toContain('chosen on validation among 0.0003 and 0.001');
  });

  test('counts pre-trainings and names rates fixed by hand', () => {
    const { text } = judge({}, { preTrainings: { vae: 4 }, learningRates: { kind: 'fixed', rate: 0.001 } });
    expect(text).toContain('The verdict holds for 4 pre-trainings of vae and');
    expect(text).toContain('fixed by hand (0.001) for all techniques;');
  });

  test('names the rows that did not get the search, and what the search looked at', () => {
    expect(judge().text).toContain(
      "The search drew a budget of its own, as large as the trial's, from the same training part",
    );
    const searched = { kind: 'searched', rates: [3e-4, 1e-3], tuningSeeds: 3 } as const;
    const several = judge({}, { learningRates: searched }).text;
    expect(several).toContain('up to 3 times as many further target images as the budget says.');
    expect(several).not.toContain('by hand');
    const ratesByHand = [{ technique: 'fine-tune (learning rate 0.01)', rate: 0.01 }];
    expect(judge({}, { ratesByHand }).text).toContain(
      'The rate of fine-tune (learning rate 0.01) (0.01) was fixed by hand: it did not get the search',
    );
    const fixed = { kind: 'fixed', rate: 0.001 } as const;
    expect(judge({}, { learningRates: fixed, ratesByHand }).text).toContain(
      'The learning rate was fixed by hand (0.001) for all techniques but fine-tune (learning rate 0.01);',
    );
  });

  test('is as narrow as one seed', () => {
    const { text } = judge({ seeds: [1] });
    expect(text).toContain('With one seed the spread over seeds is unknown');
    expect(text).not.toContain('Seeds needed');
    expect(text).not.toContain(' mean ');
  });
});

test('several models are named in each sentence and not compared', () => {
  const { sentences, text } = judge(
    { models: ['vae', 'vae-wide'] },
    { preTrainings: { vae: 1, 'vae-wide': null } },
  );
  expect(sentences.filter(({ model }) => model === 'vae-wide')[0]!.text).toMatch(/^vae-wide: Use /);
  expect(text).toContain('no comparison between models is among the stated ones');
});

test('no finished trial at a budget is said', () => {
  const { text, choices } = judge({ failed: (_, budget) => budget === 25, rows: imageRows.slice(1) });
  expect(choices[0]).toMatchObject({ technique: null, claimed: false });
  expect(text).toContain('With 25 images nothing is decided: no trial finished here.');
  expect(text).toContain('Not decided with 25 images');
  expect(text).toContain('Use fine-tune with 400 images: it has');
});

test('every sentence refers to comparisons and measurements that exist', () => {
  const { sentences, comparison, trials } = judge({ unconverged: (_, budget) => budget === 100 });
  const known = new Set([
    ...comparison.comparisons.map(({ id }) => id),
    ...trials.flatMap(({ step, result }) => result.measurements.map((m) => measurementId(step, m))),
  ]);
  for (const { references } of sentences) for (const id of references) expect(known).toContain(id);
  for (const { kind, references } of sentences)
    if (kind === 'recommendation' || kind === 'seeds') expect(references.length).toBeGreaterThan(0);
  expect(sentences.map(({ text }) => text).join()).not.toMatch(/undefined|NaN|\[object|null/);
});

test('a claim that a second feature network turns round is said to depend on the network', () => {
  const judged = (value: (of: number) => number) => (m: Measurement) => {
    if (m.metric !== 'nll' || m.on !== 'target' || m.split === 'train') return [m];
    const by = (network: string) => ({ ...m, features: { network, hash: network } });
    return [by('first'), { ...by('second'), value: value(m.value) }];
  };
  const options = { rows: [level('from-scratch', 180), level('fine-tune', 150)], budgets: [25] };
  const seeds = { ...options, seeds: [1, 2, 3, 4, 5, 6] };
  const said =
    "With 25 images the feature network 'second' has the means of fine-tune and from-scratch the other way round: that claim depends on the network that judges.";
  expect(
    judge(
      seeds,
      {},
      undefined,
      judged((value) => 300 - value),
    ).text,
  ).toContain(said);
  expect(
    judge(
      seeds,
      {},
      undefined,
      judged((value) => value + 20),
    ).text,
  ).not.toContain('the other way round');
});

test('weights chosen by samples are said, and whom that favours', () => {
  expect(judge().text).not.toContain('kernel distance of samples to validation');
  expect(judge({}, { looksBySamples: ['vae'] }).text).toContain(
    'Weights and rates of vae were chosen by the kernel distance of samples to validation images, for the losses of their players do not tell good from bad.',
  );
  expect(judge({ models: ['vae', 'gan'] }, { looksBySamples: ['gan'] }).text).toContain(
    'those of the other models by their validation loss',
  );
});

test('validation beyond the budgets is said with what it takes', () => {
  expect(judge({}, { validation: 40 }).text).toContain(
    'Validation looked at 40 images, more than the budgets of 25 and 100 hold: what is said there is for somebody who has so many further target images to choose weights and rates by.',
  );
  expect(judge({}, { validation: 5 }).text).not.toContain('Validation looked at');
});

test('a model that is trained in its own way is named with its settings', () => {
  const own = [{ model: 'vae', settings: 'steps 2000, learningRate 0.0002' }];
  expect(judge({}, { ownTraining: own }).text).toContain(
    'vae has settings of its own instead: steps 2000, learningRate 0.0002.',
  );
});

test('a verdict by samples says through which network they were compared', () => {
  const through = (network: string) =>
    judge({}, { metric: 'kernel distance' }, undefined, (m) =>
      m.metric === 'nll' ? [{ ...m, features: { network, hash: 'h' } }] : [m],
    ).text;
  expect(through('glyphs')).toContain(
    "The kernel distance compares images as the feature network 'glyphs' sees them: in grey, at 28x28 pixels,",
  );
  expect(through('pixels')).not.toContain('feature network');
  expect(judge().text).not.toContain('sees them');
});
