import { describe, expect, test } from 'vitest';
import { importRules } from '../../src/onnx/import-rules/index.ts';
import { classifyNodeTests, hasNodeTests, runNodeTest } from '../onnx-node-tests.ts';

/** Outside of what is claimed an import may still be right; it must never fail with anything but a coded error. */
describe.skipIf(!hasNodeTests())("ONNX's own operator tests (need the shared folder)", () => {
  const { claimed, unclaimed } = hasNodeTests() ? classifyNodeTests() : { claimed: new Map(), unclaimed: [] };

  test.each([...claimed])('%s', async (_, tests) => {
    const problems: string[] = [];
    for (const one of tests)
      await runNodeTest(one).catch((error: Error) => problems.push(`${one.name}: ${error.message}`));
    expect(problems).toEqual([]);
  });

  test('every operator with a rule is tested, or composed of such', () => {
    const tested = new Set(claimed.keys());
    // ONNX has no tests for these two.
    const without = Object.keys(importRules).filter((op) => !tested.has(op));
    expect(without).toEqual(['LpNormalization']);
  });

  test('what is not claimed is refused with a reason, or at least read', async () => {
    for (const { test: one } of unclaimed) {
      const outcome = await runNodeTest(one).then(
        () => 'right',
        (error: Error) => (error.name === 'GraftError' ? 'refused' : error.message),
      );
      if (outcome !== 'right' && outcome !== 'refused')
        expect(one.name).toMatch(/BFLOAT16|averagepool_3d_dilations/);
    }
  });
});
