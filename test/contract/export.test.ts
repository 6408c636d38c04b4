import { expect, test } from 'vitest';
import { createSession } from '../../src/engine/create-session.ts';
import { Executable } from '../../src/engine/executable.ts';
import { exportProgram } from '../../src/onnx/export-program.ts';
import { stream } from '../../src/random.ts';
import { evaluate } from '../../src/tensor/evaluate.ts';
import { expectClose, float32 } from '../expect-close.ts';
import { linearCases } from './linear-cases.ts';
import { feedsOf, programOf } from './operation-case.ts';

/** Cases whose exported file differs from what the engine runs: products in forms that the ONNX standard lacks. */
const cases = linearCases.filter(({ name }) => /^(matmul|attention|linear|product|sum)/.test(name));

test.each(cases)('an exported file computes what the evaluator computes: $name', async (c) => {
  const program = programOf(c);
  const feeds = feedsOf(c, stream(7));
  const expected = evaluate(program, feeds, c.symbols);
  const session = await createSession({ bytes: exportProgram(program) }, { device: 'cpu', threads: 1 });
  const executable = new Executable(
    { session, release: () => session.release() },
    program.inputs.map(({ attributes }) => ({ ...attributes, used: true })),
    Object.entries(program.outputs).map(([name, { dtype, shape }]) => ({ name, dtype, shape, value: name })),
  );
  const outputs = await executable.run(feeds, {}, c.symbols);
  await executable.dispose();
  expect(Object.keys(outputs)).toEqual(Object.keys(expected));
  for (const [name, { data }] of Object.entries(expected)) expectClose(outputs[name]!, data, float32, name);
});
