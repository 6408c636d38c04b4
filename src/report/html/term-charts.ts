import { DIVERSITY } from '../../models/gan-diagnosis.ts';
import { countOf } from '../../study/format-number.ts';
import { unitInWords } from '../../study/metric-in-words.ts';
import type { ReportData } from '../report-data.ts';
import { chart, plotArea } from './chart.ts';
import { curvesDrawn, extent, seriesOf } from './learning-charts.ts';
import type { Html } from './markup.ts';

/**
 * What a model's players counted while they were trained, and what its looks saw besides: one panel for each term, with
 * the largest budget that has them. Null for models without terms. `ofPlayers`: several players count them, or looks at samples.
 */
export function termCharts(
  report: ReportData,
  model: string,
): { budget: string; charts: Html[]; ofPlayers: boolean } | null {
  const { trials, matrix, study } = report;
  const looks = trials.flatMap(({ result }) => (result.cell.model === model ? result.looks : []));
  const names = [...new Set(looks.flatMap(({ terms }) => Object.keys(terms ?? {})))];
  const budget = [...matrix.budgets]
    .reverse()
    .find((one) => names.some((name) => seriesOf(report, model, one, 'step', termOf(name)).length > 0));
  if (budget === undefined) return null;
  const ofPlayers = names.some((name) => name.endsWith(' loss') || name === DIVERSITY);
  // Parts of one loss have its unit; what players count has units of its own.
  const loss = trials.find(({ result }) => result.cell.model === model)!.result.lossUnit;
  const unit = ofPlayers || loss === '' ? '' : `, ${unitInWords(loss, study.item)}`;
  const charts = names.flatMap((name): Html[] => {
    const series = seriesOf(report, model, budget, 'step', termOf(name));
    const points = series.flatMap(({ seeds }) => seeds.flat());
    if (points.length === 0) return [];
    const [low, high] = extent(points.map(([, y]) => y));
    const room = 0.04 * (high - low || 1);
    const x: [number, number] = [0, Math.max(...points.map(([at]) => at))];
    const y: [number, number] = [low - room, high + room];
    return [
      chart({
        height: 200,
        y: { label: `${name}${unit}` },
        x: { label: 'updates' },
        description: `${name} of ${series.length} techniques against updates with ${countOf(budget, study.item)}.`,
        plot: {
          x: { domain: x, label: null, ticks: 5 },
          y: { domain: y, label: null, grid: true, ticks: 5 },
          marks: curvesDrawn(series, 1, { ...plotArea(200), x, y, log: false }),
        },
      }),
    ];
  });
  return { budget: countOf(budget, study.item), charts, ofPlayers };
}

const termOf =
  (name: string) =>
  ({ terms }: { readonly terms?: Readonly<Record<string, number>> }): number | undefined =>
    terms?.[name];
