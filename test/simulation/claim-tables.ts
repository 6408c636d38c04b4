import { stream } from '../../src/random.ts';
import { falseClaimRate, intervalFalseClaimRate, missRates, power } from './claim-rates.ts';
import type { Noise } from './simulate-study.ts';

const shapes = ['normal', 'skewed', 'heavy-tailed', 'coarse'] as const satisfies readonly Noise[];
const effects = [0.5, 1, 2] as const;

/** How the techniques' own noise compares. */
export const spreads = {
  'all alike': [1, 1, 1, 1],
  'from-scratch three times as wide': [3, 1, 1, 1],
  'one technique without noise': [1, 1, 1, 0],
} as const;

/** Rates of null studies with a false claim; one row a noise and spread, one column a number of seeds. */
export interface RateRow {
  noise: Noise;
  spread: keyof typeof spreads;
  rates: Record<string, number>;
}

/** Studies simulated for each rate of false claims. */
export const studiesFor = (spread: keyof typeof spreads) => (spread === 'all alike' ? 3000 : 1000);

/** False-claim rates of the procedure for 3, 5 and 10 seeds, all noises and spreads. */
export function falseClaimTable(): RateRow[] {
  const rows: RateRow[] = [];
  for (const [spread, values] of Object.entries(spreads) as [
    keyof typeof spreads,
    (typeof spreads)['all alike'],
  ][]) {
    for (const noise of shapes) {
      const rates: Record<string, number> = {};
      for (const seeds of [3, 5, 10]) {
        const source = stream(1).child(spread).child(noise).child(seeds);
        rates[seeds] = falseClaimRate({ seeds, noise, spreads: values }, studiesFor(spread), source);
      }
      rows.push({ noise, spread, rates });
    }
  }
  return rows;
}

/** Power in a family of 15 for true effects of 0.5, 1 and 2 standard deviations of a paired difference. */
export interface PowerRow {
  noise: Noise;
  seeds: number;
  power: Record<string, number>;
}

/** Studies simulated for each figure of power; each has 6 true differences. */
export const POWER_STUDIES = 400;

/** Power for the given numbers of seeds. */
export function powerTable(seedCounts: readonly number[]): PowerRow[] {
  return seedCounts.flatMap((seeds) =>
    shapes.slice(0, 3).map((noise) => {
      const row: PowerRow = { noise, seeds, power: {} };
      for (const effect of effects) {
        const source = stream(2).child(noise).child(seeds).child(effect);
        row.power[effect] = power({ seeds, noise, effect, spreads: [1, 1, 1, 1] }, POWER_STUDIES, source);
      }
      return row;
    }),
  );
}

/** Share of nominal 95 % intervals that miss the true difference. */
export interface MissRow {
  noise: Noise;
  sides: 'alike' | 'one-sided';
  seeds: number;
  rates: Record<string, number>;
}

/** Miss rates of paired t, percentile and BCa intervals (2000 samples, 2000 resamples each). */
export function missTable(): MissRow[] {
  const rows: MissRow[] = [];
  for (const sides of ['alike', 'one-sided'] as const) {
    for (const noise of shapes.slice(0, 3)) {
      for (const seeds of [3, 5, 10, 20]) {
        const source = stream(3).child(sides).child(noise).child(seeds);
        const sizes = { samples: 2000, resamples: 2000 };
        rows.push({
          noise,
          sides,
          seeds,
          rates: missRates({ seeds, noise, sides, confidence: 0.95 }, sizes, source),
        });
      }
    }
  }
  return rows;
}

/** False-claim rates at 10 seeds if bootstrap intervals at Holm's levels decided (500 studies, 4000 resamples). */
export function bootstrapClaimTable(): { noise: Noise; rates: Record<string, number> }[] {
  return shapes.slice(0, 3).map((noise) => ({
    noise,
    rates: intervalFalseClaimRate(
      { seeds: 10, noise, spreads: [1, 1, 1, 1] },
      { studies: 500, resamples: 4000 },
      stream(4).child(noise),
    ),
  }));
}

const percent = (rate: number | undefined) => `${(100 * (rate ?? Number.NaN)).toFixed(1)} %`;

/** A Markdown table. */
export function markdown(head: readonly string[], body: readonly (readonly string[])[]): string {
  return [head, head.map(() => '---'), ...body].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

/** The false-claim rates as a Markdown table. */
export function falseClaimMarkdown(rows: readonly RateRow[]): string {
  return markdown(
    ['techniques vary', 'noise', '3 seeds', '5 seeds', '10 seeds'],
    rows.map((row) => [row.spread, row.noise, ...['3', '5', '10'].map((n) => percent(row.rates[n]))]),
  );
}

/** The power as a Markdown table. */
export function powerMarkdown(rows: readonly PowerRow[]): string {
  return markdown(
    ['seeds', 'noise', ...effects.map((effect) => `effect ${effect} sd`)],
    rows.map((row) => [String(row.seeds), row.noise, ...effects.map((effect) => percent(row.power[effect]))]),
  );
}

/** The miss rates as a Markdown table. */
export function missMarkdown(rows: readonly MissRow[]): string {
  return markdown(
    ['sides vary', 'noise', 'seeds', 'paired t', 'percentile', 'BCa'],
    rows.map((row) => [
      row.sides,
      row.noise,
      String(row.seeds),
      ...['paired t', 'percentile', 'BCa'].map((kind) => percent(row.rates[kind])),
    ]),
  );
}

/** The rates of false claims by bootstrap intervals as a Markdown table. */
export function bootstrapClaimMarkdown(
  rows: readonly { noise: Noise; rates: Record<string, number> }[],
): string {
  return markdown(
    ['noise (10 seeds)', 'percentile decides', 'BCa decides'],
    rows.map((row) => [row.noise, percent(row.rates.percentile), percent(row.rates.BCa)]),
  );
}
