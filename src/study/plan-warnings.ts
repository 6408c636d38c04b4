import { removedAny, removeOverlap } from '../data/remove-overlap.ts';
import { pixelsInWords } from '../data/represent-images.ts';
import { SIDE } from '../features/network-input.ts';
import { hashInName, trainingHistory } from '../models/training-history.ts';
import { techniques } from '../techniques/index.ts';
import type { Technique } from '../techniques/technique.ts';
import { countOf, listWords } from './format-number.ts';
import { modelTraining } from './model-training.ts';
import type { PlanData } from './plan-data.ts';
import { qualityMetrics } from './planned-metrics.ts';
import { networkOverlap, sampleNetworks, unseenNetworks } from './sample-features.ts';
import type { StudyPlan } from './study-plan.ts';

/** What a person should know of a plan before it is run. */
export function planWarnings(
  plan: Pick<StudyPlan, 'spec' | 'seeds' | 'rows' | 'models' | 'primary'>,
  data: PlanData,
): string[] {
  const { spec, seeds, rows, primary } = plan;
  const found: string[] = [];
  const few = spec.models.flatMap((_, m) => {
    const { learningRate } = modelTraining(spec, m);
    return typeof learningRate === 'number' || learningRate.length < 3 ? [plan.models[m]!.label] : [];
  });
  if (few.length > 0)
    found.push(
      `Fewer than 3 learning rates are tried${few.length < spec.models.length ? ` for ${listWords(few)}` : ''}, so a technique may look worse only because the rate does not suit it.`,
    );
  if (seeds.length < 3)
    found.push(
      `With ${countOf(seeds.length, 'seed')} hardly any difference can be claimed; 5 or more are advised.`,
    );
  for (const baseline of ['from-scratch', 'source-only'])
    if (!rows.some(({ name }) => name === baseline))
      found.push(`The study lacks the baseline '${baseline}'.`);
  if (primary === undefined)
    found.push('No metric puts all models on one scale, so nothing will be compared; name one with primary.');
  return [
    ...found,
    ...labelWarnings(plan),
    ...pastWarnings(plan, data),
    ...unseenWarnings(data),
    ...stageWarnings(plan),
    ...networkWarnings(plan, data),
    ...greyWarnings(plan, data),
    ...pixelWarnings(plan),
  ];
}

/** Labels that are made wrong where nothing reads them. */
function labelWarnings({ spec, models }: Pick<StudyPlan, 'spec' | 'models'>): string[] {
  if (models.some(({ model }) => model.fields.some(({ name }) => name === 'label'))) return [];
  return (['source', 'target'] as const).flatMap((name) => {
    const data = spec[name];
    if (typeof data !== 'object' || !(data.corrupt?.['wrong-labels'] ?? 0)) return [];
    return [`${name}.corrupt.wrong-labels: no model of this study reads labels, so results cannot change.`];
  });
}

/** Given checkpoints that have seen the target, or a set never trained on, by what they say of their past. */
function pastWarnings({ models }: Pick<StudyPlan, 'models'>, { target, unseen }: PlanData): string[] {
  return models.flatMap(({ label, data }): string[] => {
    const seen = new Set(
      [data?.trainedOn, ...(data?.adapted ?? []).map((one) => one.target)].map(hashInName),
    );
    const others = unseen.filter(({ input }) => seen.has(input.hash)).map(({ input }) => input.name);
    return [
      ...(seen.has(target.input.hash)
        ? [
            `${label} was trained on ${target.input.name} before (${trainingHistory(data!)}): it knows more of the target than the budgets hold, which from-scratch does not.`,
          ]
        : []),
      ...others.map((name) => `${label} was trained on ${name}, which is then no set never trained on.`),
    ];
  });
}

/** Target items that the tests of sets never trained on have, too. */
function unseenWarnings({ target, unseen }: PlanData): string[] {
  return unseen.flatMap(({ prepared, input }) => {
    const { groups: _, ...test } = prepared.test;
    const { report } = removeOverlap(target.prepared.train, [test]);
    if (!removedAny(report)) return [];
    const shared = report.items > 0 ? countOf(report.items, 'item') : countOf(report.characters, 'character');
    const occur = report.items + report.characters === 1 ? 'occurs' : 'occur';
    return [
      `${shared} of the target's training part also ${occur} in the test set of ${input.name}, which is then not quite a set never trained on.`,
    ];
  });
}

/** Each stage that ends by convergence needs as many looks as its patience. */
function stageWarnings({ spec, models, rows }: Pick<StudyPlan, 'spec' | 'models' | 'rows'>): string[] {
  const { looks, equal, convergence } = spec.training;
  const { patience } = convergence;
  return models.flatMap(({ label, model }) =>
    rows.flatMap((row) => {
      const technique: Technique = techniques[row.name];
      const { stages } = technique.fill({ model }, technique.options.parse(row.options));
      const converging = stages.filter(
        ({ length }) => equal === 'convergence' || length.kind === 'convergence',
      );
      const needed = converging.length * patience;
      if (converging.length < 2 || needed <= looks) return [];
      const reached = Math.ceil(looks / patience);
      const consequence =
        reached < converging.length ? `cannot get beyond stage ${reached}` : 'cannot finish its last stage';
      return [
        `${models.length > 1 ? `${label}: ` : ''}${row.label} has ${converging.length} stages until convergence, each of ${countOf(patience, 'look')} at least: with ${countOf(looks, 'look')} it ${consequence}. Give training.looks ${needed} or more, or a smaller training.convergence.patience.`,
      ];
    }),
  );
}

/** Networks that were trained on what they judge. */
function networkWarnings({ spec }: Pick<StudyPlan, 'spec'>, { target, unseen }: PlanData): string[] {
  if (target.prepared.test.kind !== 'image') return [];
  const networks = sampleNetworks(spec.target);
  return [
    ...networkOverlap(networks, target.prepared.test),
    ...unseen.flatMap(({ prepared, input }) =>
      networkOverlap(unseenNetworks(networks), prepared.test, input.name),
    ),
  ];
}

/** Images in colour where what decides is measured by networks that see none. */
function greyWarnings({ primary }: Pick<StudyPlan, 'primary'>, { target }: PlanData): string[] {
  const { test } = target.prepared;
  if (test.kind !== 'image' || test.channels !== 3) return [];
  if (!(qualityMetrics as readonly (string | undefined)[]).includes(primary)) return [];
  return [
    `The metric that decides, ${primary}, compares images as a feature network sees them, in grey and at ${SIDE}x${SIDE} pixels, by features learnt from letters: it does not judge colour, and little of photographs and paintings. Models that share a scale of likelihood can be decided by it: name it with primary.`,
  ];
}

/** Models of which some see pixels of 0 and 1 and others grey ones, so that their samples are compared with other images. */
function pixelWarnings({ models }: Pick<StudyPlan, 'models'>): string[] {
  const seen = new Map<string, string[]>();
  for (const { label, encoding, model } of models) {
    if (encoding.kind !== 'image' || model.sampler.kind === 'none') continue;
    const pixels = pixelsInWords(encoding.values);
    seen.set(pixels, [...(seen.get(pixels) ?? []), label]);
  }
  if (seen.size < 2) return [];
  const parts = [...seen].map(
    ([pixels, labels]) => `${listWords(labels)} ${labels.length === 1 ? 'sees' : 'see'} ${pixels}`,
  );
  return [
    `${parts.join('; ')}. Samples of each model are compared with real images as it sees them, so that sample metrics of the two kinds do not say which model is better. Give values, which all models then have, and likelihoods that are defined on them.`,
  ];
}
