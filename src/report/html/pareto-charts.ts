import * as Plot from '@observablehq/plot';
import { paretoFront } from '../../statistics/pareto.ts';
import { mean } from '../../statistics/summarize.ts';
import { countOf, listWords } from '../../study/format-number.ts';
import { trialTable } from '../../study/trial-table.ts';
import { metricLabel, primaryOf, type ReportData, type TechniqueDescription } from '../report-data.ts';
import { chart } from './chart.ts';
import { flopScale } from './learning-charts.ts';
import { type Html, html } from './markup.ts';
import { scaleDomain } from './scale-domain.ts';
import { styleOf } from './technique-style.ts';

interface Point {
  readonly technique: TechniqueDescription;
  readonly flops: number;
  readonly quality: number;
}

/** Quality against operations of training, one panel for each budget; the front joins what nothing else beats in both. */
export function paretoCharts(report: ReportData, model: string): Html[] {
  const { comparison, matrix, study } = report;
  const primary = primaryOf(report);
  if (comparison === null || primary === undefined) return [];
  const { direction } = primary;
  const panels = matrix.budgets.map((budget) => ({ budget, points: pointsOf(report, model, budget) }));
  const all = panels.flatMap(({ points }) => points);
  const most = Math.max(0, ...all.map(({ flops }) => flops));
  if (most === 0) return [];
  const scale = flopScale(most);
  const { domain } = scaleDomain(
    all.map(({ quality }) => quality),
    [],
  );
  return panels
    .filter(({ points }) => points.length > 1)
    .map(({ budget, points }) => {
      const front = paretoFront(
        points.map(({ flops, quality }) => [flops, quality]),
        ['lower', direction],
      )
        .map((i) => points[i]!)
        .sort((a, b) => a.flops - b.flops);
      return chart({
        title: html`${countOf(budget, study.item)}`,
        height: 230,
        y: { label: metricLabel(primary), better: direction },
        x: { label: `operations of training (${scale.unit})`, better: 'lower' },
        description: `With ${countOf(budget, study.item)}, on the front of quality and cost: ${listWords(front.map(({ technique }) => technique.label))}.`,
        plot: {
          x: { domain: [-0.05 * (most / scale.factor), 1.08 * (most / scale.factor)], label: null, ticks: 5 },
          y: { domain, label: null, grid: true, ticks: 5 },
          marks: [
            Plot.line(
              front.map(({ flops, quality }) => [flops / scale.factor, quality]),
              {
                stroke: 'currentColor',
                strokeOpacity: 0.45,
                strokeWidth: 1.2,
                curve: 'step-after',
              },
            ),
            ...points.map(({ technique, flops, quality }) => {
              const { colour, symbol } = styleOf(technique);
              return Plot.dot([[flops / scale.factor, quality]], {
                symbol,
                fill: colour,
                stroke: 'var(--page)',
                strokeWidth: 0.8,
                r: 5.5,
              });
            }),
          ],
        },
      });
    });
}

function pointsOf(
  { comparison, matrix, trials, techniques }: ReportData,
  model: string,
  budget: number,
): Point[] {
  const table = trialTable(matrix, trials);
  return techniques.flatMap((technique) => {
    const place = { model, technique: technique.label, budget };
    const cell = comparison!.cells.find(
      (c) => c.model === model && c.technique === technique.label && c.budget === budget,
    );
    const found = matrix.seeds.flatMap((seed) => table.trial(place, seed) ?? []);
    if (cell === undefined || cell.mean === null || found.length === 0) return [];
    return [
      { technique, flops: mean(found.map(({ result }) => result.cost.trainingFlops)), quality: cell.mean },
    ];
  });
}
