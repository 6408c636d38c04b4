import fc from 'fast-check';
import { test } from 'vitest';
import { compile } from '../../src/engine/compile.ts';
import { stream } from '../../src/random.ts';
import { evaluate } from '../../src/tensor/evaluate.ts';
import { sizeOf } from '../../src/tensor/shape.ts';
import { expectClose } from '../expect-close.ts';
import { choices, randomProgram } from './random-program.ts';

test('the engine computes what the evaluator computes, on programs that nobody wrote', async () => {
  await fc.assert(
    fc.asyncProperty(choices, fc.nat(1e6), async (drawn, seed) => {
      const p = randomProgram(drawn);
      const feeds = Object.fromEntries(
        p.inputs.map(({ attributes: { name, shape } }) => [
          name,
          Float32Array.from(
            stream(seed)
              .child(name)
              .normals(sizeOf(shape as number[])),
          ),
        ]),
      );
      const expected = evaluate(p, feeds);
      const executable = await compile(p, { threads: 1 });
      const outputs = await executable.run(feeds);
      await executable.dispose();
      // Wide, because drawn programs may cancel nearly all that they sum; a wrong operator is off by far more.
      for (const [name, { data }] of Object.entries(expected))
        expectClose(outputs[name]!, data, { relative: 1e-3, typical: 1e-3 }, name);
    }),
    { numRuns: 300 },
  );
});
