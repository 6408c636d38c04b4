import type { Media, ReportData, ReportTrial } from './report-data.ts';

/**
 * The report's whole value as JSON with a line end. Pictures are left out unless asked for, as they would make up most
 * of it; their files lie in the steps' folders.
 */
export function reportJson(report: ReportData, { pictures = false } = {}): string {
  const value = pictures ? report : withoutPictures(report);
  return `${JSON.stringify(value, null, 2)}\n`;
}

function withoutPictures(report: ReportData): ReportData {
  return {
    ...report,
    trials: report.trials.map(({ step, result, samples, nearest, reconstructions }): ReportTrial => {
      const kept = (name: string, media: Media | undefined) =>
        media?.kind === 'text' ? { [name]: media } : {};
      return {
        step,
        result,
        ...kept('samples', samples),
        ...kept('nearest', nearest),
        ...kept('reconstructions', reconstructions),
      };
    }),
    data: report.data.map(({ examples, ...rest }) =>
      examples?.kind === 'text' ? { ...rest, examples } : rest,
    ),
  };
}
