/**
 * Simulated studies: how often a difference is claimed where there is none, and where there is one.
 * The tables are printed. `GRAFT_WRITE_RESULTS=1 npx vitest run test/simulation` also works out what other procedures
 * would have claimed and writes docs/results/how-differences-are-claimed.json, which the decision record quotes.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { beforeAll, expect, test } from 'vitest';
import { pairedTPower } from '../../src/statistics/paired-power.ts';
import {
  bootstrapClaimMarkdown,
  bootstrapClaimTable,
  falseClaimMarkdown,
  falseClaimTable,
  type MissRow,
  missMarkdown,
  missTable,
  POWER_STUDIES,
  type PowerRow,
  powerMarkdown,
  powerTable,
  type RateRow,
  studiesFor,
} from './claim-tables.ts';

interface Results {
  commit: string;
  date: string;
  falseClaims: RateRow[];
  power: PowerRow[];
  misses: MissRow[];
  bootstrapClaims: ReturnType<typeof bootstrapClaimTable>;
}

const resultFile = new URL('../../docs/results/how-differences-are-claimed.json', import.meta.url);
const record = new URL('../../docs/decisions/0002-how-differences-are-claimed.md', import.meta.url);
const readResults = () => JSON.parse(readFileSync(resultFile, 'utf8')) as Results;

/** Tables without the padding that the formatter adds. */
const unpadded = (text: string) => text.replace(/ +/g, ' ').replace(/-{3,}/g, '---');

/** 5 % plus three standard errors of the simulation. */
const allowed = (studies: number) => 0.05 + 3 * Math.sqrt((0.05 * 0.95) / studies);

let falseClaims: RateRow[] = [];
let powers: PowerRow[] = [];

beforeAll(() => {
  falseClaims = falseClaimTable();
  powers = powerTable([3, 5, 10]);
  if (process.env.GRAFT_WRITE_RESULTS !== '1') return;
  const results: Results = {
    commit: execFileSync('git', ['rev-parse', 'HEAD'], { encoding: 'utf8' }).trim(),
    date: new Date().toISOString().slice(0, 10),
    falseClaims,
    power: powerTable([3, 5, 10, 20]),
    misses: missTable(),
    bootstrapClaims: bootstrapClaimTable(),
  };
  writeFileSync(resultFile, `${JSON.stringify(results, null, 1)}\n`);
}, 1_800_000);

test('claims a difference in at most 5 % of null studies, plus sampling error', () => {
  console.log(`null studies with a false claim (15 comparisons each)\n${falseClaimMarkdown(falseClaims)}`);
  // Alike, or unlike but symmetric: the differences are symmetric about zero, and the level holds.
  const symmetric = falseClaims.filter((row) => row.spread === 'all alike' || row.noise !== 'skewed');
  expect(symmetric).toHaveLength(10);
  for (const { noise, spread, rates } of symmetric) {
    for (const [seeds, rate] of Object.entries(rates)) {
      expect(rate, `${noise}, ${spread}, ${seeds} seeds`).toBeLessThanOrEqual(allowed(studiesFor(spread)));
    }
  }
});

test('normal studies come close to 5 %: the bound above is not met by claiming nothing', () => {
  const rates = falseClaims.find((row) => row.noise === 'normal' && row.spread === 'all alike')!.rates;
  for (const rate of Object.values(rates)) expect(rate).toBeGreaterThan(0.03);
});

test('the stated limit: skewed noise that is wider on one side is claimed on too often', () => {
  const skewed = falseClaims.filter((row) => row.noise === 'skewed' && row.spread !== 'all alike');
  const worst = Math.max(...skewed.flatMap((row) => Object.values(row.rates)));
  expect(worst).toBeGreaterThan(0.05);
  expect(worst).toBeLessThan(0.2);
});

test('the power printed agrees with the noncentral t distribution', () => {
  console.log(`power of a comparison in a family of 15\n${powerMarkdown(powers)}`);
  for (const { noise, seeds, power } of powers) {
    if (noise !== 'normal') continue;
    for (const [effect, simulated] of Object.entries(power)) {
      // Holm tests the first hypothesis at alpha / 15, and at alpha / 10 once 5 of the 6 true differences are claimed.
      const low = pairedTPower(Number(effect), seeds, 0.05 / 15);
      const high = pairedTPower(Number(effect), seeds, 0.05 / 10);
      // Six comparisons of one study share noise, so a study counts as one draw.
      const slack = 3 * Math.sqrt((high * (1 - high)) / POWER_STUDIES) + 0.005;
      expect(simulated, `effect ${effect}, ${seeds} seeds`).toBeGreaterThan(low - slack);
      expect(simulated, `effect ${effect}, ${seeds} seeds`).toBeLessThan(high + slack);
    }
  }
});

test('the decision record quotes the result file, and the file holds what this code gives', () => {
  const results = readResults();
  const text = unpadded(readFileSync(record, 'utf8'));
  for (const table of [
    falseClaimMarkdown(results.falseClaims),
    powerMarkdown(results.power),
    missMarkdown(results.misses),
    bootstrapClaimMarkdown(results.bootstrapClaims),
  ]) {
    expect(text).toContain(unpadded(table));
  }
  falseClaims.forEach((row, i) => {
    for (const [seeds, rate] of Object.entries(row.rates)) {
      expect(results.falseClaims[i]!.rates[seeds]).toBeCloseTo(rate, 2);
    }
  });
});
