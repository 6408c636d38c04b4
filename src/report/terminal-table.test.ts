import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { syntheticReport } from '../../test/synthetic-report.ts';
import { imageRows, type SyntheticStudy, textRows } from '../../test/synthetic-study.ts';
import type { ReportData } from './report-data.ts';
import { terminalTable } from './terminal-table.ts';

const study: SyntheticStudy = {
  rows: imageRows,
  budgets: [25, 100, 400],
  seeds: [1, 2, 3],
  failed: (technique, budget, seed) => technique === 'gradual-unfreezing' && budget === 25 && seed === 2,
  unconverged: (technique, budget) => technique === 'from-scratch' && budget === 400,
};
let folder = '';
let report: ReportData;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'graft-report-'));
  report = await syntheticReport(study, folder);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const plain = { colour: false, width: 100 };

describe('the table at the end of a run', () => {
  test('shows means, spreads and marks', () => {
    expect(terminalTable(report, plain)).toMatchInlineSnapshot(`
      "Not finished: 37 of 38 steps done, 1 failed.
      Negative log-likelihood, nats per image, on glyphs/handwriting
      lower is better; mean ± half of the 95 % interval over 3 seeds

                                 25 images    100 images    400 images
        source-only                  148.0         148.0         148.0
        from-scratch           129.9 ± 3.1   106.7 ± 0.9  ~ 95.0 ± 2.2
        feature-extraction     110.0 ± 2.0   103.5 ± 3.1   100.9 ± 2.1
        fine-tune            * 104.4 ± 0.8    93.1 ± 2.4  * 86.5 ± 2.3
        gradual-unfreezing  ! 106.4 ± 15.4  * 92.8 ± 4.3    87.2 ± 1.6

        * best mean;  ~ training had not converged;  ! some seeds have no finished trial"
    `);
  });

  test('lines are aligned and fit the terminal', () => {
    const lines = terminalTable(report, { colour: false, width: 60 }).split('\n').slice(4, 10);
    expect(new Set(lines.map(({ length }) => length)).size).toBe(1);
    expect(lines[0]!.length).toBeLessThanOrEqual(72);
  });

  test('colours only where asked to', () => {
    expect(terminalTable(report, plain)).not.toContain('\u001b');
    expect(terminalTable(report, { ...plain, colour: true })).toContain('\u001b[32m');
  });
});

test('one seed has no spread', async () => {
  const one = await syntheticReport(
    { rows: textRows, budgets: [100, 1000], seeds: [1], kind: 'text', models: ['a', 'b'] },
    join(folder, 'one'),
  );
  expect(terminalTable(one, plain)).toMatchInlineSnapshot(`
    "Bits per byte, on names/Italian
    lower is better; one seed

      a
                                                            100 texts  1,000 texts
      source-only                                               3.416        3.416
      from-scratch                                              3.411        2.768
      fine-tune                                                 2.932        2.496
      fine-tune (schedule one-cycle, learning rate 0.0003)    * 2.931      * 2.492

      b
                                                            100 texts  1,000 texts
      source-only                                               3.416        3.416
      from-scratch                                              3.404        2.759
      fine-tune                                                 2.927      * 2.502
      fine-tune (schedule one-cycle, learning rate 0.0003)    * 2.919        2.510

      * best mean"
  `);
});

test('nothing finished', async () => {
  const none = await syntheticReport({ ...study, failed: () => true }, join(folder, 'none'));
  expect(terminalTable(none, plain)).toBe('No trial finished: there is nothing to compare.');
});
