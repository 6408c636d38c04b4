import * as Plot from '@observablehq/plot';
import { formatNumber, plural } from '../../study/format-number.ts';
import type { MetricColumn, MetricTable } from '../metric-columns.ts';
import { metricLabel, type ReportData } from '../report-data.ts';
import { chart, plotArea } from './chart.ts';
import { type Content, type Html, html } from './markup.ts';
import { scaleDomain } from './scale-domain.ts';
import { styleOf } from './technique-style.ts';

export interface BudgetChartOptions {
  readonly title?: Content;
  readonly model: string;
  readonly column: MetricColumn;
  /** What the y axis says; by default the metric and its unit. */
  readonly label?: string;
  /** Drawn wider on wide pages. */
  readonly large?: boolean;
  /** Draws single seeds as small points. */
  readonly seeds?: boolean;
}

interface Point {
  readonly x: number;
  readonly mean: number;
  readonly low: number;
  readonly high: number;
}

/** A metric over budgets: means, their intervals over seeds, single seeds; null where there is nothing to draw. */
export function budgetChart(
  report: ReportData,
  table: MetricTable,
  options: BudgetChartOptions,
): Html | null {
  const { model, column, title, seeds = true } = options;
  const { matrix, techniques, study } = report;
  const { budgets } = matrix;
  const confidence = report.comparison?.confidence ?? 0.95;
  const height = 260;
  const step = stepBetween(budgets, techniques.length, plotArea(height).width);
  const series = techniques.map((technique, i) => {
    // Techniques stand beside each other, so that their marks and intervals can be told apart.
    const shift = i - (techniques.length - 1) / 2;
    const at = (budget: number) => budget * step ** shift;
    const found = budgets.flatMap((budget) => {
      const summary = table.summary(column, { model, technique: technique.label, budget }, confidence);
      return summary === undefined ? [] : [{ x: at(budget), summary }];
    });
    const points = found.map(({ x, summary }): Point => {
      const { mean, low, high } = summary;
      return { x, mean, low: low ?? mean, high: high ?? mean };
    });
    const single = found.flatMap(({ x, summary: { values } }) =>
      values.length > 1 ? values.map(({ value }): [number, number] => [x, value]) : [],
    );
    return { technique, points, single };
  });
  const all = series.flatMap(({ points }) => points);
  if (all.length === 0) return null;
  const { domain, cut } = scaleDomain(
    [...all.map(({ mean }) => mean), ...series.flatMap(({ single }) => single.map(([, y]) => y))],
    all.flatMap(({ low, high }) => [low, high]),
    column.description.range,
  );
  // Cut by hand: clip paths would need names of their own in the page.
  const inside = (end: 'low' | 'high') => (point: Point) =>
    Math.min(domain[1], Math.max(domain[0], point[end]));
  const edge = step ** ((techniques.length + 1) / 2);
  const { title: name, direction } = column.description;
  const items = plural(study.item);
  return chart({
    title,
    height,
    ...(options.large ? { wide: { width: 600, height: 380 } } : {}),
    y: {
      label: options.label ?? metricLabel(column.description),
      better: direction,
    },
    x: { label: `target ${items} that a trial may look at${budgets.length > 1 ? ' (logarithmic)' : ''}` },
    description: `${name} over budgets of ${budgets.map((b) => formatNumber(b, 0)).join(', ')} ${items}, one line for each technique${cut ? '; wide intervals are cut off' : ''}.`,
    plot: {
      x: {
        type: 'log',
        domain: [budgets[0]! / edge, budgets.at(-1)! * edge],
        ticks: [...budgets],
        tickFormat: (n: number) => formatNumber(n, 0),
        label: null,
      },
      y: { domain, label: null, ticks: 5, grid: true },
      marks: series.flatMap(({ technique, points, single }) => {
        const { colour, symbol, dash } = styleOf(technique);
        return [
          Plot.line(points, {
            x: 'x',
            y: 'mean',
            stroke: colour,
            strokeWidth: 1.6,
            strokeDasharray: dash,
          }),
          Plot.ruleX(points, {
            x: 'x',
            y1: inside('low'),
            y2: inside('high'),
            stroke: colour,
            strokeWidth: 1.4,
          }),
          ...(seeds ? [Plot.dot(single, { r: 1.8, fill: colour, fillOpacity: 0.45 })] : []),
          Plot.dot(points, {
            x: 'x',
            y: 'mean',
            symbol,
            fill: colour,
            stroke: 'var(--page)',
            strokeWidth: 0.8,
            r: 4.6,
          }),
        ];
      }),
    },
  });
}

/** Pixels between two techniques at one budget: marks are 9 wide. */
const APART = 11;
/** Share of the way to the next budget that the techniques of one may take. */
const MOST_OF_GAP = 0.7;

/**
 * The factor between the places of neighbouring techniques on a logarithmic axis so many pixels wide, from half a step
 * before the first technique at the smallest budget to half a step behind the last one at the largest.
 */
export function stepBetween(budgets: readonly number[], techniques: number, width: number): number {
  const logs = budgets.map(Math.log);
  const span = logs.at(-1)! - logs[0]!;
  // One budget alone has the axis for itself.
  if (span === 0) return 1.1;
  const nearest = Math.min(...logs.slice(1).map((log, i) => log - logs[i]!));
  const free = width - APART * (techniques + 1);
  const wanted = free > 0 ? (APART * span) / free : Infinity;
  return Math.exp(Math.min(wanted, (MOST_OF_GAP * nearest) / techniques));
}

/** What lines, bars and points of such a chart are. */
export function budgetChartKey(report: ReportData): Html {
  const percent = formatNumber(100 * (report.comparison?.confidence ?? 0.95), 0);
  const { seeds } = report.matrix;
  return seeds.length > 1
    ? html`<p class="note">Marks are means over ${seeds.length} seeds, bars their ${percent} % t intervals (cut where they would hide the rest), small points single seeds. Bars of two techniques may overlap although the pairs of seeds show a difference: what is claimed stands under <a href="#comparisons">Comparisons</a>.</p>`
    : html`<p class="note">One seed: there are no intervals, and any difference may be chance.</p>`;
}
