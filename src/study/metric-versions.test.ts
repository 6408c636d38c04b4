import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { metrics } from '../metrics/index.ts';
import { metricVersions, trialMetrics } from './metric-versions.ts';

test('inputs name the metrics that have changed, and no others', () => {
  expect(metricVersions('image', undefined)).toEqual({});
  expect(metricVersions('text', 'abc')).toEqual({});
  const changed = {
    ...metrics,
    kid: { version: 2 },
    perplexity: { version: 3 },
    valid_tunes: { version: 3 },
  };
  expect(metricVersions('image', undefined, changed)).toEqual({ metricVersions: { kid: 2 } });
  expect(metricVersions('text', undefined, changed)).toEqual({ metricVersions: { perplexity: 3 } });
  expect(metricVersions('text', 'abc', changed)).toEqual({
    metricVersions: { perplexity: 3, valid_tunes: 3 },
  });
});

test('every metric that the steps of a study compute is among them', () => {
  const folder = dirname(fileURLToPath(import.meta.url));
  const listed = new Set<string>(Object.values(trialMetrics).flat());
  const named = readdirSync(folder)
    .filter((file) => /^(measure|judge|sample)-.*\.ts$/.test(file) && !file.endsWith('.test.ts'))
    .flatMap((file) => {
      const source = readFileSync(join(folder, file), 'utf8');
      const direct = [...source.matchAll(/\bmetrics\.(\w+)/g)].map(([, name]) => name!);
      // Names that index the registry stand in the file as strings.
      const indexed = source.includes('metrics[name]')
        ? [...source.matchAll(/'(\w+)'/g)].flatMap(([, name]) =>
            Object.hasOwn(metrics, name!) ? [name!] : [],
          )
        : [];
      return [...direct, ...indexed];
    });
  expect(named.length).toBeGreaterThan(15);
  expect(named.filter((name) => !listed.has(name))).toEqual([]);
  expect([...listed].filter((name) => !named.includes(name))).toEqual([]);
});
