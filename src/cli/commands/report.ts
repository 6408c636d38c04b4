import { resolve } from 'node:path';
import { writeFileAtomic } from '../../formats/atomic-file.ts';
import { openStoreForReading } from '../../store/open-store.ts';
import { defineCommand } from '../command.ts';
import { findStudy } from '../find-study.ts';
import { openInBrowser } from '../open-in-browser.ts';
import { showNumber } from '../show-number.ts';
import { shownPath, studyOptions, workspaceFolder } from '../study-options.ts';
import { studyReport } from '../study-outcome.ts';
import { usageError } from '../usage-error.ts';
import { type ReportFormat, reportFormats } from '../write-reports.ts';

const formats = Object.keys(reportFormats) as ReportFormat[];

export const report = defineCommand({
  name: 'report',
  summary: 'write the report of a study that was run',
  description:
    'Collects what the steps of a study left and writes it as one HTML page, as Markdown, CSV (a line a measurement) or JSON. Works while a study is running or after it was stopped: what is not finished is missing, and said.',
  arguments: [{ name: 'STUDY', summary: 'folder of a study, or its name in the workspace', required: true }],
  options: {
    format: { kind: 'choice', choices: formats, summary: 'format', fallback: 'html' },
    out: {
      kind: 'text',
      short: 'o',
      value: 'FILE',
      summary: 'where to write (default: report.html in the study; other formats are printed)',
    },
    open: { kind: 'flag', summary: 'html: open it in the browser, where there is one' },
    workspace: studyOptions.workspace,
  },
  examples: [
    { line: 'graft report my-study --format md', does: 'for notes, issues and papers' },
    { line: 'graft report graft-runs/studies/my-study --format csv --out numbers.csv', does: 'every number' },
  ],
  async run({ arguments: [written], options }, terminal) {
    if (options.open && options.format !== 'html')
      throw usageError('report', 'conflict', {
        first: '--open',
        second: `--format ${options.format}`,
        reason: 'only the HTML report is opened',
      });
    const found = findStudy(written!, workspaceFolder(options.workspace, terminal), terminal);
    const store = await openStoreForReading(found.workspace);
    try {
      const { report: value, records } = await studyReport(found.record.facts, found.record.steps, store);
      const total = found.record.steps.length;
      const done = records.filter(({ state }) => state === 'done').length;
      if (done < total)
        terminal.say(
          `note: ${showNumber(done)} of ${showNumber(total)} steps are done; the rest is missing.`,
        );
      const text = reportFormats[options.format as ReportFormat](value);
      const out =
        options.out ?? (options.format === 'html' ? resolve(found.folder, 'report.html') : undefined);
      if (out === undefined) terminal.out(text.trimEnd());
      else {
        const path = resolve(terminal.directory, out);
        writeFileAtomic(path, text);
        terminal.out(shownPath(path, terminal));
        if (options.open) await openInBrowser(path, terminal);
      }
      return 0;
    } finally {
      await store.close();
    }
  },
});
