import { join } from 'node:path';
import { writeFileAtomic } from '../formats/atomic-file.ts';
import { reportHtml } from '../report/html/report-html.ts';
import { reportCsv } from '../report/report-csv.ts';
import type { ReportData } from '../report/report-data.ts';
import { reportJson } from '../report/report-json.ts';
import { reportMarkdown } from '../report/report-markdown.ts';

/** A report in each of its formats. */
export const reportFormats = {
  html: reportHtml,
  md: reportMarkdown,
  csv: reportCsv,
  json: (report: ReportData) => reportJson(report),
} satisfies Record<string, (report: ReportData) => string>;

export type ReportFormat = keyof typeof reportFormats;

/** Paths of a study's reports. */
export interface ReportFiles {
  /** Everything as data, without pictures. */
  readonly json: string;
  readonly html: string;
}

/** Writes a study's reports into its folder. */
export function writeReports(report: ReportData, folder: string): ReportFiles {
  const [json, html] = [join(folder, 'results.json'), join(folder, 'report.html')];
  writeFileAtomic(json, reportFormats.json(report));
  writeFileAtomic(html, reportFormats.html(report));
  return { json, html };
}
