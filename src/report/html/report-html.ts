import { countOf } from '../../study/format-number.ts';
import { MetricTable } from '../metric-columns.ts';
import type { ReportData } from '../report-data.ts';
import { comparisonsSection } from './comparisons-section.ts';
import { costSection } from './cost-section.ts';
import { curvesSection } from './curves-section.ts';
import { keyTableSection } from './key-table-section.ts';
import { learningSection } from './learning-section.ts';
import { html, raw } from './markup.ts';
import { memorisationSection } from './memorisation-section.ts';
import { materialSection, methodsSection } from './methods-section.ts';
import { metricsSection } from './metrics-section.ts';
import { pageStyle } from './page-style.ts';
import { samplesSection } from './samples-section.ts';
import { markSheet } from './technique-style.ts';
import { forgettingSection, unseenSection } from './transfer-section.ts';
import { failuresSection, trialsSection } from './trials-section.ts';
import { verdictSection } from './verdict-section.ts';

/**
 * The report as one HTML file that needs nothing else: no network, no script. Sections without data are left out.
 */
export function reportHtml(report: ReportData): string {
  const table = new MetricTable(report);
  const sections = [
    keyTableSection(report),
    samplesSection(report),
    curvesSection(report, table),
    learningSection(report),
    costSection(report),
    comparisonsSection(report),
    memorisationSection(report, table),
    forgettingSection(report, table),
    unseenSection(report, table),
    metricsSection(report, table),
    trialsSection(report),
    failuresSection(report),
    materialSection(report),
    methodsSection(report),
  ].filter((one) => one !== null);
  const { study, matrix, trials, failures } = report;
  const lost = failures.filter(({ cell }) => cell !== undefined).length;
  const facts = [
    study.source === undefined ? `target ${study.target}` : `${study.source} → ${study.target}`,
    countOf(matrix.techniques.length, 'technique'),
    countOf(matrix.budgets.length, 'budget'),
    countOf(matrix.seeds.length, 'seed'),
    `${countOf(trials.length, 'trial')}${lost > 0 ? ` (${lost} more failed)` : ''}`,
    ...(study.finished === undefined ? [] : [study.finished.slice(0, 10)]),
  ];
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="generator" content="Graft ${report.environment.versions.Graft ?? ''}">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'">
<title>${study.name}: report</title>
<style>${raw(pageStyle)}</style>
</head>
<body>
${markSheet(report.techniques)}
<header><h1>${study.name}</h1>
<p class="lead">${facts.join(' · ')}</p>
${study.description !== undefined && html`<p>${study.description}</p>`}
<nav aria-label="Contents"><ul>${sections.map(({ id, title }) => html`<li><a href="#${id}">${title}</a></li>`)}</ul></nav>
</header>
<main>
${verdictSection(report)}
${sections.map(({ body }) => body)}
</main>
<footer>Made by Graft ${report.environment.versions.Graft ?? ''} from the study's recorded steps.</footer>
</body>
</html>
`;
  return page.markup;
}
