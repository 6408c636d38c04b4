import { describe, expect, test } from 'vitest';
import { compile } from '../../src/engine/compile.ts';
import { evaluate } from '../../src/tensor/evaluate.ts';
import { expectClose } from '../expect-close.ts';
import { autodiffCase, autodiffCases, autodiffFiles, whyLeftOut } from './autodiff-cases.ts';

describe.each(autodiffFiles)('values and gradients of %s', (file) => {
  const cases = autodiffCases(file);
  if (cases === null) {
    test.skip(`${file}.json is not in the shared folder`);
    return;
  }
  for (const golden of cases) {
    const reason = whyLeftOut(golden);
    if (reason !== undefined) {
      test.skip(`${golden.name}: ${reason}`);
      continue;
    }
    test(`${golden.name}, evaluator in float64`, () => {
      const c = autodiffCase(golden);
      const values = evaluate(c.program, c.feeds);
      for (const [name, expected] of Object.entries(c.expected))
        expectClose(values[name]!.data, expected, { relative: 1e-9, absolute: 1e-10 }, name);
    });
    test(`${golden.name}, engine in float32`, async () => {
      const c = autodiffCase(golden);
      const executable = await compile(c.program);
      const single = Object.entries(c.feeds).map(([name, data]) => [
        name,
        data instanceof Float64Array ? Float32Array.from(data) : data,
      ]);
      const values = await executable.run(Object.fromEntries(single));
      await executable.dispose();
      expect(Object.keys(values).length).toBeGreaterThan(0);
      for (const [name, expected] of Object.entries(c.expected))
        expectClose(values[name]!, expected, { relative: 1e-4, absolute: 1e-5 }, name);
    });
  }
});
