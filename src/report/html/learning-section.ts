import type { Advantage, SpeedUp } from '../../statistics/transfer-benefits.ts';
import type { LearningComparison } from '../../study/compare-learning.ts';
import {
  countOf,
  decimalsFor,
  formatNumber,
  formatSigned,
  listWords,
  plural,
} from '../../study/format-number.ts';
import { unitInWords } from '../../study/metric-in-words.ts';
import { looksBySamples } from '../looks-by-samples.ts';
import type { ReportData } from '../report-data.ts';
import { panels } from './chart.ts';
import { bounded } from './curves-section.ts';
import { learningCharts } from './learning-charts.ts';
import { type Content, type Html, html } from './markup.ts';
import { type Section, scrolling, section } from './section.ts';
import { legend, named } from './technique-style.ts';
import { termCharts } from './term-charts.ts';

/** How training went, and what transfer brings at its start, on its way and at its end. */
export function learningSection(report: ReportData): Section | null {
  const { models } = report.matrix;
  const charts = models.map((model) => ({
    model,
    updates: learningCharts(report, model, 'step'),
    flops: learningCharts(report, model, 'flops'),
    terms: termCharts(report, model),
  }));
  if (charts.every(({ updates }) => updates.length === 0)) return null;
  const single = report.matrix.budgets.length === 1;
  const trained = report.techniques.filter(({ trains }) => trains);
  return section(
    'learning',
    'Learning curves',
    html`<p>Validation loss of the ${report.study.item}s that each trial may look at but does not train on. ${
      report.matrix.seeds.length > 1
        ? 'Strong lines are means over seeds, as far as all seeds trained; faint lines are single seeds.'
        : ''
    } All panels of a row have the same scales. Updates that leave layers frozen take fewer operations.</p>`,
    byLooks(report),
    legend(trained, true),
    html`<div class="${single && models.length > 1 && 'twice'}">${charts.map(
      ({ model, updates, flops, terms }) =>
        html`<div><div class="pair${single && ' early'}"><div><h3>${models.length > 1 && `${model}, `}by updates</h3>${panels(updates)}</div><div><h3>${models.length > 1 && `${model}, `}by operations</h3>${panels(flops)}</div></div>${
          terms === null
            ? null
            : html`<h3>${models.length > 1 && `${model}, `}inside training, with ${terms.budget}</h3><p class="note">${terms.ofPlayers ? ofPlayers(report.study.item) : OF_LOSS}</p>${panels(terms.charts)}`
        }</div>`,
    )}</div>`,
    benefits(report),
  );
}

const OF_LOSS =
  'Means between looks of the parts of the training loss. A divergence near 0 means that codes say nothing of an example.';

const ofPlayers = (item: string): string =>
  `Means between looks of what the players count: costs, and outputs of the discriminator on real and on generated ${item}s. Diversity: how much samples differ among themselves, in that of real ${item}s.`;

/** Models whose looks measure something else than the loss. */
function byLooks({ trials, study, matrix }: ReportData): Html | null {
  const models = looksBySamples(matrix.models, trials);
  if (models.length === 0) return null;
  return html`<p class="note">The losses of ${models.join(', ')} do not say how good samples are. Validation is there the kernel distance of samples, drawn from the same latent vectors at each look, to the validation ${study.item}s.</p>`;
}

function benefits(report: ReportData): Html | null {
  const learning = report.comparison?.learning ?? [];
  if (learning.length === 0) return null;
  const { reference } = learning[0]!;
  // The looks of two families may be in two units, which share no column.
  const units = [...new Set(learning.map(({ unit }) => unit))];
  const words = listWords(
    units.map((unit) => unitInWords(unit, report.study.item)),
    'or',
  );
  return html`<div class="aside"><div><h3>What transfer brings while training</h3>
<p>Against ${reference}, from the validation curves, paired by seed. <b>Start</b> and <b>final gap</b>: how much lower the loss is before training and with the weights that are kept in the end, those of the best look (${words}; above zero is better). <b>Speed-up</b>: how many times sooner the loss of ${reference}'s kept weights is reached (median of seeds, above 1 is better). Where most seeds do not reach it, how many do is given: the final gap is a mean over all seeds, and a few that end far ahead can lift it above zero.</p></div>
<div>${units.map((unit) =>
    benefitsTable(
      report,
      learning.filter((one) => one.unit === unit),
      unitInWords(unit, report.study.item),
    ),
  )}</div></div>`;
}

function benefitsTable(
  { techniques, study, matrix }: ReportData,
  learning: readonly LearningComparison[],
  words: string,
): Html {
  const several = matrix.models.length > 1;
  const gaps = learning.flatMap(({ byUpdates: { start, finalGap } }) => [start, finalGap]);
  const decimals = Math.min(
    decimalsFor(
      learning.map(({ byUpdates }) => byUpdates.finalGap.mean),
      gaps.map(({ interval }) => (interval === null ? null : (interval.high - interval.low) / 2)),
    ),
    3,
  );
  return scrolling(html`<table><thead><tr>${several && html`<th>model</th>`}<th>${`target ${plural(study.item)}`}</th><th>technique</th><th>start (${words})</th><th>speed-up in updates</th><th>speed-up in operations</th><th>final gap (${words})</th></tr></thead>
<tbody>${learning.map(
    ({ model, budget, technique, byUpdates, byFlops }) =>
      html`<tr>${several && html`<td>${model}</td>`}<td>${formatNumber(budget, 0)}</td><th scope="row">${named(techniques.find(({ label }) => label === technique)!)}</th><td>${gap(byUpdates.start, decimals)}</td><td>${speed(byUpdates.speedUp)}</td><td>${speed(byFlops.speedUp)}</td><td>${gap(byUpdates.finalGap, decimals)}</td></tr>`,
  )}</tbody></table>`);
}

function gap({ mean, interval }: Advantage, decimals: number): Content {
  const range =
    interval === null
      ? ''
      : ` (${formatNumber(interval.low, decimals)} to ${formatNumber(interval.high, decimals)})`;
  return html`${formatSigned(mean, decimals)}<span class="spread">${range}</span>`;
}

function speed({ median, perSeed }: SpeedUp): string {
  const known = perSeed.filter((one) => one !== null);
  if (known.length === 0) return 'not defined';
  const reached = known.filter(({ relation }) => relation !== 'below').length;
  if (median?.relation === 'below')
    return reached === 0 ? 'not reached' : `reached by ${reached} of ${countOf(perSeed.length, 'seed')}`;
  if (median === null) return 'differs between seeds';
  // 'At least half as fast' says nothing of which side is faster.
  if (median.relation === 'at least' && median.value < 1) return 'differs between seeds';
  return bounded(median, '×');
}
