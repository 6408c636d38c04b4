import { countOf } from '../../study/format-number.ts';
import { MetricTable } from '../metric-columns.ts';
import type { ReportData } from '../report-data.ts';
import { comparisonsSection } from './comparisons-section.ts';
import { costSection } from './cost-section.ts';
import { curvesSection } from './curves-section.ts';
import { htmlPage } from './html-page.ts';
import { keyTableSection } from './key-table-section.ts';
import { learningSection } from './learning-section.ts';
import { html } from './markup.ts';
import { memorisationSection } from './memorisation-section.ts';
import { materialSection, methodsSection } from './methods-section.ts';
import { metricsSection } from './metrics-section.ts';
import { samplesSection } from './samples-section.ts';
import { markSheet } from './technique-style.ts';
import { forgettingSection, unseenSection } from './transfer-section.ts';
import { failuresSection, trialsSection } from './trials-section.ts';
import { verdictSection } from './verdict-section.ts';

/**
 * The report as one HTML file that needs nothing else: no network, and no script but a player where there is music. Sections without data are left out.
 */
export function reportHtml(report: ReportData): string {
  const table = new MetricTable(report);
  const sections = [
    keyTableSection(report, table),
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
  const { study, matrix, trials, failures, cost } = report;
  const lost = failures.filter(({ cell }) => cell !== undefined).length;
  const facts = [
    study.source === undefined ? `target ${study.target}` : `${study.source} → ${study.target}`,
    ...(matrix.models.length > 1 ? [countOf(matrix.models.length, 'model')] : []),
    countOf(matrix.techniques.length, 'technique'),
    countOf(matrix.budgets.length, 'budget'),
    countOf(matrix.seeds.length, 'seed'),
    report.study.progress,
    `${countOf(trials.length, 'trial')}${lost > 0 ? ` (${lost} more failed)` : ''}`,
    ...(study.finished === undefined ? [] : [study.finished.slice(0, 10)]),
  ];
  const version = report.environment.versions.Graft ?? '';
  return htmlPage({
    title: `${study.name}: report`,
    heading: study.name,
    facts,
    introduction: html`${cost.steps.done < cost.steps.total && html`<p class="unfinished"><b>Not finished: ${study.progress}.</b> What is missing may change what is said here.</p>`}${study.description !== undefined && html`<p>${study.description}</p>`}`,
    style: markSheet(report.techniques),
    opening: verdictSection(report),
    sections,
    footer: `Made by Graft ${version} from the study's recorded steps.`,
    version,
  });
}
