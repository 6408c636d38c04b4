import { join } from 'node:path';
import { writeFileAtomic } from '../formats/atomic-file.ts';
import { reportHtml } from '../report/html/report-html.ts';
import type { ReportData } from '../report/report-data.ts';

/** Paths of a study's reports. */
export interface ReportFiles {
  /** Everything as data. */
  readonly json: string;
  readonly html: string;
}

/** Writes a study's reports into its folder. */
export function writeReports(report: ReportData, folder: string): ReportFiles {
  const json = join(folder, 'results.json');
  writeFileAtomic(json, `${JSON.stringify(report)}\n`);
  const html = join(folder, 'report.html');
  writeFileAtomic(html, reportHtml(report));
  return { json, html };
}
