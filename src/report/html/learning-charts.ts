import * as Plot from '@observablehq/plot';
import { mean } from '../../statistics/summarize.ts';
import { countOf } from '../../study/format-number.ts';
import { unitInWords } from '../../study/metric-in-words.ts';
import { trialTable } from '../../study/trial-table.ts';
import type { Look } from '../../training/look.ts';
import type { ReportData, TechniqueDescription } from '../report-data.ts';
import { chart, plotArea } from './chart.ts';
import { curveMarks, type Plane } from './curve-marks.ts';
import type { Html } from './markup.ts';
import { wantsLog } from './scale-domain.ts';
import { styleOf } from './technique-style.ts';

type Cost = 'step' | 'flops';
type Point = [cost: number, validation: number];

export interface Series {
  readonly technique: TechniqueDescription;
  /** One curve a seed. */
  readonly seeds: readonly Point[][];
  /** Mean over seeds, as far as all of them trained. */
  readonly mean: readonly Point[];
}

/** Validation loss while training, one panel for each budget of a model: by updates, or by operations. */
export function learningCharts(report: ReportData, model: string, cost: Cost): Html[] {
  const { matrix, study } = report;
  const all = matrix.budgets.map((budget) => ({
    budget,
    series: seriesOf(report, model, budget, cost, ({ validation }) => validation),
  }));
  const points = all.flatMap(({ series }) => series.flatMap(({ seeds }) => seeds.flat()));
  if (points.length === 0) return [];
  const log = wantsLog(points.map(([, y]) => y));
  const [low, high] = extent(points.map(([, y]) => y));
  const room = 0.04 * (high - low || Math.abs(high) || 1);
  const yDomain: [number, number] = log ? [low * 0.97, high * 1.03] : [low - room, high + room];
  const most = Math.max(...points.map(([x]) => x));
  const scale = flopScale(most);
  const first = report.trials.find(({ result }) => result.cell.model === model)?.result;
  const unit = unitInWords(first?.lossUnit ?? '', study.item);
  const what = first?.criterion === 'samples' ? 'validation' : 'validation loss';
  return all
    .filter(({ series }) => series.length > 0)
    .map(({ budget, series }) =>
      chart({
        title: `${countOf(budget, study.item)}`,
        height: 230,
        y: {
          label: `${what}${unit === '' ? '' : `, ${unit}`}${log ? ' (logarithmic)' : ''}`,
          better: 'lower',
        },
        x: { label: cost === 'step' ? 'updates' : `operations of training (${scale.unit})` },
        description: `${what[0]!.toUpperCase()}${what.slice(1)} of ${series.length} techniques against ${cost === 'step' ? 'updates' : 'operations'} with ${countOf(budget, study.item)}.`,
        plot: {
          x: {
            domain: [0, cost === 'step' ? most : most / scale.factor],
            label: null,
            ticks: 5,
          },
          // All panels have one scale, so that budgets can be compared.
          y: log
            ? {
                type: 'log',
                domain: yDomain,
                label: null,
                grid: true,
                ticks: logTicks(low, high),
                tickFormat: tick,
              }
            : {
                domain: yDomain,
                label: null,
                grid: true,
                ticks: 5,
              },
          marks: curvesDrawn(series, cost === 'step' ? 1 : scale.factor, {
            ...plotArea(230),
            x: [0, cost === 'step' ? most : most / scale.factor],
            y: yDomain,
            log,
          }),
        },
      }),
    );
}

/** Lines of all series, single seeds faint, with the techniques' marks on top. `factor`: costs by which one of x is. */
export function curvesDrawn(series: readonly Series[], factor: number, plane: Plane): Plot.Markish[] {
  const scaled = (curve: readonly Point[]) => curve.map(([x, y]): Point => [x / factor, y]);
  const means = series.map(({ mean: average }) => scaled(average));
  const marks = curveMarks(means, plane);
  return [
    ...series.flatMap(({ technique, seeds }) =>
      seeds.length > 1
        ? seeds.map((curve) =>
            Plot.line(scaled(curve), {
              stroke: styleOf(technique).colour,
              strokeWidth: 0.8,
              strokeOpacity: 0.35,
            }),
          )
        : [],
    ),
    ...series.map(({ technique }, i) => {
      const { colour, dash } = styleOf(technique);
      return Plot.line(means[i]!, { stroke: colour, strokeWidth: 1.7, strokeDasharray: dash });
    }),
    ...series.map(({ technique }, i) => {
      const { colour, symbol } = styleOf(technique);
      return Plot.dot(marks[i]!, { symbol, fill: colour, stroke: 'var(--page)', strokeWidth: 0.7, r: 4 });
    }),
  ];
}

/** Curves of every technique that has them: `value` of each look, where it is a number. */
export function seriesOf(
  { matrix, techniques, trials }: ReportData,
  model: string,
  budget: number,
  cost: Cost,
  value: (look: Look) => number | undefined,
): Series[] {
  const table = trialTable(matrix, trials);
  return techniques.flatMap((technique): Series[] => {
    const curves = matrix.seeds.flatMap((seed) => {
      const trial = table.trial({ model, technique: technique.label, budget }, seed);
      const points = (trial?.result.looks ?? []).flatMap((look): Point[] => {
        const y = value(look);
        return y !== undefined && Number.isFinite(y) ? [[look[cost], y]] : [];
      });
      return points.length < 2 ? [] : [points];
    });
    if (curves.length === 0) return [];
    return [{ technique, seeds: curves, mean: meanCurve(curves) }];
  });
}

/**
 * Mean of curves that are linear between looks, at every cost at which one of them was looked at, as far as all of them
 * go: seeds stop at different costs where training ends by convergence.
 */
function meanCurve(curves: readonly Point[][]): Point[] {
  const end = Math.min(...curves.map((curve) => curve.at(-1)![0]));
  const costs = [...new Set(curves.flatMap((curve) => curve.map(([x]) => x)))]
    .filter((x) => x <= end * (1 + 1e-9))
    .sort((a, b) => a - b);
  return costs.map((x): Point => [x, mean(curves.map((curve) => valueAt(curve, x)))]);
}

function valueAt(curve: readonly Point[], x: number): number {
  const after = curve.findIndex(([cost]) => cost >= x);
  if (after <= 0) return (after === 0 ? curve[0]! : curve.at(-1)!)[1];
  const [x0, y0] = curve[after - 1]!;
  const [x1, y1] = curve[after]!;
  return y0 + ((x - x0) / (x1 - x0)) * (y1 - y0);
}

export function extent(values: readonly number[]): [number, number] {
  return [Math.min(...values), Math.max(...values)];
}

/** 1, 2 and 5 times powers of ten within the ends; halves between them where there are few. */
function logTicks(low: number, high: number): number[] {
  const ticks = [];
  for (let power = Math.floor(Math.log10(low)); power <= Math.log10(high); power++)
    for (const factor of [1, 1.5, 2, 3, 5, 7]) ticks.push(factor * 10 ** power);
  return ticks.filter((t) => t >= low && t <= high);
}

const tick = (value: number): string => String(Number(value.toPrecision(3)));

/** The unit in which operations read best. */
export function flopScale(most: number): { readonly factor: number; readonly unit: string } {
  const units: [number, string][] = [
    [1e15, 'PFLOP'],
    [1e12, 'TFLOP'],
    [1e9, 'GFLOP'],
    [1e6, 'MFLOP'],
  ];
  const found = units.find(([factor]) => most >= factor) ?? [1, 'FLOP'];
  return { factor: found[0], unit: found[1] };
}
