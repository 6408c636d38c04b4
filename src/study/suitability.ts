import { formatNumber, formatSignificant } from './format-number.ts';
import type { Measurement } from './measurement.ts';
import type { ReferenceLikelihood } from './reference-likelihood.ts';

/** What is known of a model and a target when its suitability is judged. */
export interface SuitabilityInput {
  readonly target: string;
  /** Name of what it was trained on, where that was measured, too. */
  readonly source?: string;
  /** 'image' or 'text'. */
  readonly item: string;
  readonly measurements: readonly Measurement[];
  readonly reference?: ReferenceLikelihood;
  /** Mean squared deviation of target values from their mean, where reconstructions are compared with it. */
  readonly variance?: number;
}

/** How far a model is from its target, judged by its likelihood between its own domain and a model of frequencies. */
export type Fit = 'unsuitable' | 'far' | 'near' | 'at home' | 'unknown';

export interface Suitability {
  readonly fit: Fit;
  /** One paragraph, a sentence each; every number is a measurement's. */
  readonly sentences: readonly string[];
}

const number = (value: number): string => formatSignificant(value, 4);
const percent = (share: number): string => `${formatNumber(100 * share, 0)} %`;

/**
 * Judges whether a model suits a target as it is. Rules, on the metric of likelihood m (lower is better) with the
 * reference r, the target t and the source s: t >= r: unsuitable; else, by the share (t - s) / (r - s) of the way from
 * its own domain to the reference: up to 0.1 at home, up to 0.5 near, beyond far. Without a source: unknown.
 */
export function judgeSuitability(input: SuitabilityInput): Suitability {
  const { target, source, measurements, reference } = input;
  const find = (metric: string, on: string, split?: string) =>
    measurements.find(
      (m) => m.metric === metric && m.on === on && (split === undefined || m.split === split),
    );
  const likelihood =
    reference?.metric ?? (find('nll', 'target', 'test') === undefined ? 'bits_per_byte' : 'nll');
  const onTarget = find(likelihood, 'target', 'test');
  const onSource = find(likelihood, 'source', 'test');
  const fit = fitOf(onTarget?.value, onSource?.value, reference?.value);
  const unit = onTarget?.unit.replace('/item', ` per ${input.item}`).replace('/', ' per ') ?? '';
  const name = likelihood === 'nll' ? 'negative log-likelihood' : 'cost';
  return {
    fit,
    sentences: [
      onTarget === undefined
        ? 'The model has no likelihood, so that only its samples and reconstructions can be judged.'
        : `On ${target} its ${name} is ${number(onTarget.value)} ${unit}${onTarget.kind === undefined ? '' : ` (${onTarget.kind})`}${againstReference(onTarget.value, reference)}.`,
      ...(onTarget === undefined || onSource === undefined
        ? []
        : [
            `On its own domain (${source ?? 'its source'}) it is ${number(onSource.value)}${difference(onTarget.value - onSource.value, unit)}.`,
          ]),
      ...reconstructionSentence(input, find('reconstruction_mse', 'target')),
      ...sampleSentences(input, find),
      ...unseenSentence(input, likelihood),
      conclusion(fit, target),
    ],
  };
}

function againstReference(value: number, reference: ReferenceLikelihood | undefined): string {
  if (reference === undefined) return '';
  const { what, value: theirs } = reference;
  return value < theirs
    ? `; ${what} reach ${number(theirs)}, so that it is ${percent(1 - value / theirs)} better than frequencies alone`
    : `; ${what} reach ${number(theirs)}, so that it knows less of the target than frequencies alone`;
}

function difference(more: number, unit: string): string {
  if (more === 0) return ', the same';
  return more > 0
    ? `: the target costs it ${number(more)} ${unit} more`
    : `: the target costs it ${number(-more)} ${unit} less`;
}

function fitOf(target: number | undefined, source: number | undefined, reference: number | undefined): Fit {
  if (target === undefined || reference === undefined) return 'unknown';
  if (target >= reference) return 'unsuitable';
  if (source === undefined || source >= reference) return 'unknown';
  const share = (target - source) / (reference - source);
  return share <= 0.1 ? 'at home' : share <= 0.5 ? 'near' : 'far';
}

function reconstructionSentence(
  { item, variance }: SuitabilityInput,
  measured: Measurement | undefined,
): string[] {
  if (measured === undefined) return [];
  const share = variance === undefined || variance === 0 ? undefined : 1 - measured.value / variance;
  const kept =
    share === undefined
      ? ''
      : share > 0
        ? `, so that ${percent(share)} of the target's variance comes back`
        : ', which is more than their variance: it gives back less than their mean would';
  return [
    `Its reconstructions of target ${item}s are off by ${number(measured.value)} on average (squared)${kept}.`,
  ];
}

function sampleSentences(
  { target }: SuitabilityInput,
  find: (metric: string, on: string) => Measurement | undefined,
): string[] {
  const [kid, precision, coverage] = ['kid', 'precision', 'coverage'].map((metric) => find(metric, 'target'));
  const copies = find('authpct', 'source');
  const novelty = find('ngram_novelty', 'source') ?? find('ngram_novelty', 'target');
  return [
    ...(kid === undefined || precision === undefined || coverage === undefined
      ? []
      : [
          `Of its samples ${percent(precision.value)} lie among real items of ${target}, near which they cover ${percent(coverage.value)}; their kernel distance to it is ${number(kid.value)}.`,
        ]),
    ...(copies === undefined
      ? []
      : [
          `${formatNumber(copies.value, 0)} % of its samples are no near-copies of what it was trained on${copies.value < 50 ? ', which is few: it repeats its training data' : ''}.`,
        ]),
    ...(novelty === undefined
      ? []
      : [
          `${novelty.unit === '%' ? `${formatNumber(novelty.value, 0)} %` : percent(novelty.value)} of the pieces of four characters that it writes do not occur in ${novelty.on === 'source' ? 'what it was trained on' : target}.`,
        ]),
  ];
}

function unseenSentence({ measurements }: SuitabilityInput, likelihood: string): string[] {
  const found = measurements.filter(
    ({ metric, on, split }) =>
      metric === likelihood && on !== 'target' && on !== 'source' && split === 'test',
  );
  if (found.length === 0) return [];
  const list = found.map(({ on, value }) => `${number(value)} on ${on}`).join(', ');
  return [`Elsewhere it reaches ${list}.`];
}

function conclusion(fit: Fit, target: string): string {
  switch (fit) {
    case 'unsuitable':
      return `As it is it does not suit ${target}: adapt it, and compare with training from scratch.`;
    case 'far':
      return `${target} is far from its own domain: it should be adapted, and training from scratch may do as well.`;
    case 'near':
      return `${target} is near its own domain: adapting it should pay, with few examples already.`;
    case 'at home':
      return `${target} is hardly different from its own domain: it can be used as it is.`;
    case 'unknown':
      return 'How near the target is to its own domain is not known from this; measure what it was trained on, too, or compare ways of adapting it in a study.';
  }
}
