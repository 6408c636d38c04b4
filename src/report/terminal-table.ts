import pc from 'picocolors';
import { countOf, formatNumber } from '../study/format-number.ts';
import { type KeyCell, keyTables } from './key-table.ts';
import { metricLabel, primaryOf, type ReportData } from './report-data.ts';

export interface TerminalOptions {
  /** Escape sequences for colour. */
  readonly colour: boolean;
  /** Columns of the terminal; labels are shortened to fit. */
  readonly width: number;
}

const SHORTEST_LABEL = 12;

/**
 * The table at the end of a run: techniques by budgets in the primary metric, means with the half width of their
 * interval over seeds, the best marked, and what the marks mean. One block for each model.
 */
export function terminalTable(report: ReportData, { colour, width }: TerminalOptions): string {
  const c = pc.createColors(colour);
  const primary = primaryOf(report);
  const { comparison, matrix, study } = report;
  if (comparison === null || primary === undefined) return 'No trial finished: there is nothing to compare.';
  const seeds = matrix.seeds.length;
  const percent = formatNumber(100 * comparison.confidence, 0);
  const what =
    seeds > 1 ? `mean ± half of the ${percent} % interval over ${countOf(seeds, 'seed')}` : 'one seed';
  const { done, total } = report.cost.steps;
  const state = done < total ? [c.yellow(`Not finished: ${report.study.progress}.`)] : [];
  const title = c.bold(`${metricLabel(primary)}, on ${study.target}`);
  const about = c.dim(`${primary.direction} is better; ${what}`);
  const header = matrix.budgets.map((budget) => countOf(budget, study.item));
  const tables = keyTables(report);
  const used = new Set<keyof typeof MARKS>();
  const blocks = tables.map(({ model, rows }) => {
    const texts = rows.map(({ technique, cells }) => ({
      technique,
      cells: cells.map((cell) => ({ cell, text: cellText(cell, used) })),
    }));
    const widths = header.map((head, j) =>
      Math.max(head.length, ...texts.map(({ cells }) => cells[j]!.text.length)),
    );
    const room = Math.max(SHORTEST_LABEL, width - widths.reduce((sum, w) => sum + w + 2, 2));
    const labels = texts.map(({ technique }) => shorten(technique, room));
    const labelWidth = Math.max(...labels.map(({ length }) => length));
    const head = `  ${' '.repeat(labelWidth)}${header.map((text, j) => `  ${text.padStart(widths[j]!)}`).join('')}`;
    const lines = texts.map(({ cells }, i) => {
      const numbers = cells.map(({ cell, text }, j) => {
        const padded = text.padStart(widths[j]!);
        return `  ${cell.best ? c.green(c.bold(padded)) : cell.mean === null ? c.dim(padded) : padded}`;
      });
      return `  ${labels[i]!.padEnd(labelWidth)}${numbers.join('')}`;
    });
    return [...(tables.length > 1 ? [`  ${c.bold(model)}`] : []), c.dim(head), ...lines].join('\n');
  });
  const key = (Object.keys(MARKS) as (keyof typeof MARKS)[])
    .filter((mark) => used.has(mark))
    .map((mark) => `${mark} ${MARKS[mark]}`);
  return [...state, title, about, '', blocks.join('\n\n'), '', c.dim(`  ${key.join(';  ')}`)].join('\n');
}

const MARKS = {
  '*': 'best mean',
  '~': 'training had not converged',
  '!': 'some seeds have no finished trial',
  '–': 'no finished trial',
} as const;

function cellText({ mean, spread, best, converged, lost }: KeyCell, used: Set<keyof typeof MARKS>): string {
  if (mean === null) {
    used.add('–');
    return '–';
  }
  const marks = [
    ...(best ? ['*'] : []),
    ...(converged ? [] : ['~']),
    ...(lost > 0 ? ['!'] : []),
  ] as (keyof typeof MARKS)[];
  for (const mark of marks) used.add(mark);
  return `${marks.join('')}${marks.length > 0 ? ' ' : ''}${mean}${spread === null ? '' : ` ${spread}`}`;
}

function shorten(text: string, room: number): string {
  return text.length <= room ? text : `${text.slice(0, room - 1)}…`;
}
