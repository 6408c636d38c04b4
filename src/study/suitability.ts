import { listWords } from './format-number.ts';
import type { Measurement } from './measurement.ts';
import { unitInWords } from './metric-in-words.ts';
import type { ReferenceLikelihood } from './reference-likelihood.ts';
import { memorySentences, sampleSentences } from './suitability-of-samples.ts';
import {
  AT_HOME,
  GOOD_RECONSTRUCTION,
  type JudgementStep,
  judgementPath,
  NEAR,
  wayGone,
} from './suitability-path.ts';
import {
  type Find,
  number,
  percent,
  type SuitabilityInput,
  type SuitabilitySentence,
  sentence,
} from './suitability-sentence.ts';

/** How far a model is from its target, judged by its likelihood between its own domain and a model of frequencies. */
export type Fit = 'unsuitable' | 'far' | 'near' | 'at home' | 'unknown';

export interface Suitability {
  readonly fit: Fit;
  /** What it comes to, in one sentence. */
  readonly conclusion: string;
  /** The decisions that led to it, in their order. */
  readonly path: readonly JudgementStep[];
  /** What was found, a finding each. */
  readonly evidence: readonly SuitabilitySentence[];
  /** Techniques that are worth trying first, and why. */
  readonly suggestion: string;
  /** What one model, not trained further, cannot show. */
  readonly limits: string;
}

/**
 * Judges whether a model suits a target as it is. Rules, on the metric of likelihood m (lower is better) with the
 * reference r, the target t and the source s: t >= r: unsuitable; else, by the share (t - s) / (r - s) of the way from
 * its own domain to the reference: up to 0.1 at home, up to 0.5 near, beyond far. Without a source: unknown. Which
 * technique is suggested follows from that and from whether half of the target's variance comes back in
 * reconstructions, so that the encoder can stay as it is.
 */
export function judgeSuitability(input: SuitabilityInput): Suitability {
  const { target, measurements, reference } = input;
  const find: Find = (metric, on, split) =>
    measurements.find(
      (m) => m.metric === metric && m.on === on && (split === undefined || m.split === split),
    );
  const likelihood =
    reference?.metric ?? (find('nll', 'target', 'test') === undefined ? 'bits_per_byte' : 'nll');
  const onTarget = find(likelihood, 'target', 'test');
  const onSource = find(likelihood, 'source', 'test');
  const fit = fitOf(onTarget?.value, onSource?.value, reference?.value);
  const rebuilt = reconstruction(input, find);
  return {
    fit,
    conclusion: conclusion(fit, target),
    path: judgementPath({ onTarget, onSource, reference, rebuilt: rebuilt.share, item: input.item }),
    evidence: [
      ...likelihoodSentences(input, find, onTarget, onSource),
      ...rebuilt.sentences,
      ...sampleSentences(find),
      ...memorySentences(input, find, likelihood),
      ...unseenSentence(input, likelihood),
    ],
    suggestion: suggestion(fit, rebuilt.share),
    limits:
      'One model that was not trained further cannot show how much adapting gains, how many examples that takes, which technique and rate serve best, or how far another pre-training would change the numbers: that is what a study measures (graft init).',
  };
}

function fitOf(target: number | undefined, source: number | undefined, reference: number | undefined): Fit {
  if (target === undefined || reference === undefined) return 'unknown';
  if (target >= reference) return 'unsuitable';
  if (source === undefined || source >= reference) return 'unknown';
  const share = wayGone(target, source, reference);
  return share <= AT_HOME ? 'at home' : share <= NEAR ? 'near' : 'far';
}

function likelihoodSentences(
  { source, item, reference }: SuitabilityInput,
  find: Find,
  onTarget: Measurement | undefined,
  onSource: Measurement | undefined,
): SuitabilitySentence[] {
  if (onTarget === undefined)
    return [sentence('The model has no likelihood: only what it makes can be judged.')];
  const unit = unitInWords(onTarget.unit, item);
  const nll = onTarget.metric === 'nll';
  const second = (on: string) => find(nll ? 'bits_per_dim' : 'perplexity', on, 'test');
  const beside = (m: Measurement | undefined) =>
    m === undefined ? [] : [nll ? `${number(m.value)} bits per dimension` : `perplexity ${number(m.value)}`];
  const details = [...beside(second('target')), ...(onTarget.kind === undefined ? [] : [onTarget.kind])];
  const found = [
    sentence(
      `On the target its ${nll ? 'negative log-likelihood' : 'cost'} is ${number(onTarget.value)} ${unit}${details.length === 0 ? '' : ` (${details.join(', ')})`}${againstReference(onTarget.value, reference)}.`,
      onTarget,
      second('target'),
    ),
  ];
  if (onSource !== undefined) {
    const own = beside(second('source'));
    const way =
      reference === undefined || onSource.value >= reference.value || onTarget.value >= reference.value
        ? ''
        : `, ${percent(wayGone(onTarget.value, onSource.value, reference.value))} of the way from its own domain to frequencies alone`;
    found.push(
      sentence(
        `On held-out items of its own domain${source === undefined ? '' : ` (${source})`} it is ${number(onSource.value)}${own.length === 0 ? '' : ` (${own.join(', ')})`}${difference(onTarget.value - onSource.value, unit, way)}.`,
        onSource,
        second('source'),
        onTarget,
      ),
    );
  }
  const [gap, ownGap] = [onTarget, onSource].map((m) => m?.extras?.gap_to_elbo);
  if (gap !== undefined)
    found.push(
      sentence(
        `The bound is ${number(gap)} ${unit} better than the ELBO${ownGap === undefined ? '' : `, on its own domain ${number(ownGap)}`}: so much at least its encoder leaves loose.`,
        onTarget,
        onSource,
      ),
    );
  return found;
}

function againstReference(value: number, reference: ReferenceLikelihood | undefined): string {
  if (reference === undefined) return '';
  const { what, value: theirs } = reference;
  return value < theirs
    ? `; ${what} reach ${number(theirs)}, so that it is ${percent(1 - value / theirs)} better than frequencies alone`
    : `; ${what} reach ${number(theirs)}, so that it knows less of the target than frequencies alone`;
}

function difference(more: number, unit: string, way: string): string {
  if (more === 0) return ', the same';
  return more > 0
    ? `: the target costs it ${number(more)} ${unit} more${way}`
    : `: the target costs it ${number(-more)} ${unit} less`;
}

/** How much of the target comes back, and the share of its variance where that is known. */
function reconstruction({ item, variance }: SuitabilityInput, find: Find) {
  const measured = find('reconstruction_mse', 'target');
  if (measured === undefined) return { sentences: [], share: undefined };
  const share = variance === undefined || variance === 0 ? undefined : 1 - measured.value / variance;
  const kept =
    share === undefined
      ? ''
      : share >= GOOD_RECONSTRUCTION
        ? `, so that ${percent(share)} of the target's variance comes back: its encoder carries over`
        : share > 0
          ? `, so that only ${percent(share)} of the target's variance comes back: its encoder carries over badly`
          : ', which is more than their variance: it gives back less than their mean would';
  const text = `Its reconstructions of target ${item}s are off by ${number(measured.value)} on average (squared)${kept}.`;
  return { sentences: [sentence(text, measured)], share };
}

function unseenSentence({ measurements }: SuitabilityInput, likelihood: string): SuitabilitySentence[] {
  const found = measurements.filter(
    ({ metric, on, split }) =>
      metric === likelihood && on !== 'target' && on !== 'source' && split === 'test',
  );
  if (found.length === 0) return [];
  const list = found.map(({ on, value }) => `${number(value)} on ${on}`);
  return [sentence(`Elsewhere it reaches ${listWords(list)}.`, ...found)];
}

function conclusion(fit: Fit, target: string): string {
  switch (fit) {
    case 'unsuitable':
      return `As it is the model does not suit ${target}.`;
    case 'far':
      return `${target} is far from the model's own domain: it should be adapted.`;
    case 'near':
      return `${target} is near the model's own domain: adapting it should pay, with few examples already.`;
    case 'at home':
      return `${target} is hardly different from the model's own domain: it can be used as it is.`;
    case 'unknown':
      return `How near ${target} is to the model's own domain is not known from this.`;
  }
}

function suggestion(fit: Fit, rebuilt: number | undefined): string {
  const carries = rebuilt !== undefined && rebuilt >= GOOD_RECONSTRUCTION;
  switch (fit) {
    case 'unsuitable':
      return 'Worth trying first: fine-tune, beside from-scratch, which may do as well.';
    case 'far':
      return carries
        ? 'Worth trying first: fine-tune, and gradual-unfreezing, for its layers carry over in part; from-scratch shows whether any of it helps.'
        : 'Worth trying first: fine-tune, for all of its layers have to change; from-scratch shows whether any of it helps.';
    case 'near':
      return carries
        ? 'Worth trying first: feature-extraction and gradual-unfreezing, which keep the early layers that carry over; then fine-tune.'
        : 'Worth trying first: fine-tune with a low rate, and gradual-unfreezing.';
    case 'at home':
      return 'Worth trying first: source-only, which changes nothing; fine-tune with a low rate if that is not enough.';
    case 'unknown':
      return 'Worth doing first: measure what it was trained on, too (--source), or compare fine-tune with from-scratch.';
  }
}

/** A judgement as one paragraph. */
export function suitabilityText({
  conclusion: first,
  evidence,
  suggestion: next,
  limits,
}: Suitability): string {
  return [first, ...evidence.map(({ text }) => text), next, limits].join(' ');
}
