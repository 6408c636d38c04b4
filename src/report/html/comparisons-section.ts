import * as Plot from '@observablehq/plot';
import type { PairedResult } from '../../statistics/compare-paired.ts';
import type { StudyComparison, TrialComparison } from '../../study/compare-trials.ts';
import { countOf, formatNumber, formatSigned } from '../../study/format-number.ts';
import { metricInWords } from '../../study/metric-in-words.ts';
import { primaryDecimals } from '../../study/primary-decimals.ts';
import { DECISION } from '../../study/verdict-scope.ts';
import { formatPValue } from '../format-p-value.ts';
import { metricLabel, primaryOf, type ReportData, type TechniqueDescription } from '../report-data.ts';
import { CLAIMS } from './claims-link.ts';
import { drawSvg } from './draw-svg.ts';
import { anchor, type Content, type Html, html } from './markup.ts';
import { scaleDomain } from './scale-domain.ts';
import { type Section, scrolling, section } from './section.ts';
import { named, styleOf } from './technique-style.ts';

const WIDTH = 300;

/** Every stated comparison with its interval as a picture and in numbers, one table for each model and reference. */
export function comparisonsSection(report: ReportData): Section | null {
  const { comparison, matrix } = report;
  const primary = primaryOf(report);
  if (comparison === null || primary === undefined || comparison.family === 0) return null;
  const better = primary.direction === 'lower' ? 'below' : 'above';
  const groups = matrix.models.flatMap((model) =>
    comparison.references.map((reference) => ({
      model,
      reference,
      rows: comparison.comparisons.filter((one) => one.model === model && one.reference === reference),
    })),
  );
  return section(
    'comparisons',
    'Comparisons',
    html`<div class="aside"><div><p>Technique minus reference in ${metricLabel({ title: metricInWords(primary.name), unit: primary.unit })}: ${better} zero the technique is better. An interval excludes zero exactly where the difference is significant; an arrow at its end says that it goes on.</p>${claims(comparison)}</div>
<div>${groups
      .filter(({ rows }) => rows.length > 0)
      .map(({ model, reference, rows }) => group(report, model, reference, rows))}</div></div>`,
  );
}

/** From the results of two techniques to what may be said of them, step by step. */
function claims({ family, confidence }: StudyComparison): Html {
  const falsely = formatNumber(100 * (1 - confidence), 0);
  return html`<h3 id="${CLAIMS}">How a difference is claimed</h3>
<ol class="steps">
<li><b>Pair:</b> the two techniques' results of each seed, which saw the same examples, are subtracted.</li>
<li><b>Test:</b> a paired t test asks whether these differences are zero on average.</li>
<li><b>Adjust:</b> p-values are raised and intervals widened for all ${countOf(family, 'stated comparison')} (Holm), so that in at most ${falsely} % of such studies anything is claimed that is not so. This takes differences that are symmetric about their mean; * marks claims of which one side varies over seeds at least three times as much as the other, where skewed noise breaks it (simulations: ${DECISION} in Graft's documentation).</li>
<li><b>Not significant:</b> nothing is claimed. <i>Seeds needed</i> would find a difference of the observed size in 80 % of studies.</li>
<li><b>Significant:</b> <i>better</i> or <i>worse</i> is claimed, unless the weaker side was still improving when its training ended.</li>
</ol>`;
}

function group(report: ReportData, model: string, reference: string, rows: readonly TrialComparison[]): Html {
  const { matrix, techniques, study } = report;
  const primary = primaryOf(report)!;
  const results = rows.flatMap(({ result }) => result ?? []);
  const decimals = primaryDecimals(report.comparison!, model);
  const domain = scaleDomain(
    [0, ...results.map(({ meanDifference }) => meanDifference)],
    results.flatMap(({ interval }) => (interval === null ? [] : [interval.low, interval.high])),
  ).domain;
  const title = `${matrix.models.length > 1 ? `${model}: ` : ''}against ${reference}`;
  const described = (label: string) => techniques.find((one) => one.label === label)!;
  const better = primary.direction === 'lower' ? '← technique better' : 'technique better →';
  return html`<h3>${named({ ...described(reference), label: title })}</h3>
${scrolling(html`<table class="cards forest"><thead><tr><th scope="col">budget</th><th scope="col">technique</th><th scope="col">difference (adjusted interval)</th><th scope="col" class="picture">${axis(domain)}<span class="note">difference${primary.unit === '' ? '' : `, ${primary.unit}`} <br>${better}</span></th><th scope="col">p, adjusted</th><th scope="col">what can be claimed</th><th scope="col">seeds needed</th></tr></thead>
<tbody>${rows.map((row, i) => comparisonRow(row, described(row.technique), { decimals, domain, item: study.item, first: row.budget !== rows[i - 1]?.budget, planned: matrix.seeds.length }))}</tbody></table>`)}`;
}

interface RowOptions {
  readonly decimals: number;
  readonly domain: [number, number];
  readonly item: string;
  /** First row of its budget: a line separates it from the budget before. */
  readonly first: boolean;
  /** Seeds of the study: where a pair has as many, that need not be said again. */
  readonly planned: number;
}

function comparisonRow(row: TrialComparison, technique: TechniqueDescription, options: RowOptions): Html {
  const { decimals, domain, item, first, planned } = options;
  const { result, budget, missing, id, seeds } = row;
  const head = html`<td data-label="budget">${countOf(budget, item)}</td><th scope="row">${named(technique)}</th>`;
  const start = html`<tr id="${anchor('c', id)}" class="${first ? 'first' : ''}">`;
  if (result === null)
    return html`${start}${head}<td colspan="5" class="missing">not compared: ${missing === 'measured differently' ? 'the two sides were measured differently' : 'no seed has finished trials on both sides'}</td></tr>`;
  const { meanDifference, interval, adjustedP } = result;
  const claimed = result.noClaim === null;
  return html`${start}${head}
<td data-label="difference">${formatSigned(meanDifference, decimals)} <span class="spread">${interval === null ? noInterval(result) : `(${formatNumber(interval.low, decimals)} to ${formatNumber(interval.high, decimals)})`}</span></td>
<td class="picture">${bar(result, technique, domain)}</td>
<td data-label="p, adjusted">${adjustedP === null ? '–' : formatPValue(adjustedP)}</td>
<td data-label="claim" class="${claimed ? `claim-${result.verdict}` : 'no-claim'}">${claim(result)}${claimed && row.unequalSpread && '*'}${seeds.length < 2 || seeds.length === planned ? null : html` <span class="note">(${countOf(seeds.length, 'seed')})</span>`}</td>
<td data-label="seeds needed">${needed(result)}</td></tr>`;
}

const noInterval = ({ test }: PairedResult): string =>
  test === 'none' ? '(one seed: no interval)' : '(the same in all seeds)';

function claim({ verdict, noClaim }: PairedResult): Content {
  if (noClaim === null) return html`<b>${verdict}</b>`;
  return {
    'one seed': 'none: one seed',
    'identical results': 'none: identical results',
    'not significant': 'none',
    'not converged': 'none: the weaker side had not converged',
  }[noClaim];
}

function needed({ seedsNeeded, noClaim }: PairedResult): string {
  if (noClaim !== 'not significant' || seedsNeeded === null) return '–';
  return seedsNeeded.kind === 'more than'
    ? `over ${formatNumber(seedsNeeded.seeds, 0)}`
    : formatNumber(seedsNeeded.seeds, 0);
}

/** Interval and mean on the group's common scale; an interval that leaves the picture ends at its edge. */
function bar(result: PairedResult, technique: TechniqueDescription, domain: [number, number]): Html {
  const { colour, symbol } = styleOf(technique);
  const { meanDifference, interval } = result;
  const [low, high] = domain;
  const inside = (value: number) => Math.min(high, Math.max(low, value));
  const claimed = result.noClaim === null;
  return drawSvg({
    width: WIDTH,
    height: 22,
    marginTop: 0,
    marginBottom: 0,
    marginLeft: 8,
    marginRight: 8,
    axis: null,
    x: { domain },
    y: { domain: [0, 1] },
    className: 'bar',
    marks: [
      Plot.ruleX([0], { stroke: 'currentColor', strokeOpacity: 0.5, strokeDasharray: '2 2' }),
      ...(interval === null
        ? []
        : [
            Plot.link([0], {
              x1: inside(interval.low),
              x2: inside(interval.high),
              y1: 0.5,
              y2: 0.5,
              stroke: colour,
              strokeWidth: claimed ? 3 : 1.4,
            }),
            ...[interval.low, interval.high]
              .filter((end) => end !== inside(end))
              .map((end) => {
                const [tip, back] = [inside(end), (end < low ? 0.025 : -0.025) * (high - low)];
                const head = [
                  [tip + back, 0.25],
                  [tip, 0.5],
                  [tip + back, 0.75],
                ] as [number, number][];
                return Plot.line(head, { stroke: colour, strokeWidth: 1.4 });
              }),
            ...[interval.low, interval.high]
              .filter((end) => end === inside(end))
              .map((end) =>
                Plot.link([0], { x1: end, x2: end, y1: 0.3, y2: 0.7, stroke: colour, strokeWidth: 1.4 }),
              ),
          ]),
      Plot.dot([[meanDifference, 0.5]], {
        symbol,
        fill: colour,
        stroke: 'var(--page)',
        strokeWidth: 0.8,
        r: 4.6,
      }),
    ],
  });
}

function axis(domain: [number, number]): Html {
  return drawSvg({
    width: WIDTH,
    height: 24,
    marginTop: 22,
    marginBottom: 1,
    marginLeft: 8,
    marginRight: 8,
    x: { domain, axis: 'top', ticks: 4, label: null },
    y: { axis: null },
    className: 'bar',
    style: { fontSize: '11px' },
    marks: [],
  });
}
