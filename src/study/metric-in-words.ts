import { metrics } from '../metrics/index.ts';
import type { Metric } from '../metrics/metric.ts';
import { plural } from './format-number.ts';

/** Titles that begin with a name keep their capital in running text. */
const properNames = /^(Fréchet|Gaussian|Parzen|Vendi|Inception)\b/;

/** What a metric is called in running text: 'negative log-likelihood'; its name where the registry does not know it. */
export function metricInWords(name: string): string {
  const title = (metrics as Record<string, Pick<Metric, 'title'>>)[name]?.title ?? name;
  const keep = properNames.test(title) || /^[A-Z][^a-z]/.test(title) || /^Self-BLEU/.test(title);
  return keep ? title : title.charAt(0).toLowerCase() + title.slice(1);
}

/** A unit in running text: 'nats/item' -> 'nats per image'. */
export function unitInWords(unit: string, item: string): string {
  return unit
    .replace(/ per example\b/, ` per ${item}`)
    .replace(/\/item\b/, ` per ${item}`)
    .replace(/\/(?=[a-z])/, ' per ')
    .replace(/\bitems\b/, plural(item));
}
