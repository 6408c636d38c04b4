import { expect, test } from 'vitest';
import { compile } from '../../src/engine/compile.ts';
import { lowerRules } from '../../src/onnx/lower-rules/index.ts';
import { stream } from '../../src/random.ts';
import { evaluate } from '../../src/tensor/evaluate.ts';
import { topologicalOrder } from '../../src/tensor/program.ts';
import { expectClose, float32 } from '../expect-close.ts';
import { arrangementCases } from './arrangement-cases.ts';
import { elementwiseCases } from './elementwise-cases.ts';
import { linearCases } from './linear-cases.ts';
import { feedsOf, gradientCaseOf, type OperationCase, programOf } from './operation-case.ts';

const cases = [...elementwiseCases, ...linearCases, ...arrangementCases];

test('there is a case for every operation', () => {
  const covered = new Set<string>(
    cases.flatMap((c) => topologicalOrder(Object.values(programOf(c).outputs)).map(({ op }) => op)),
  );
  expect(Object.keys(lowerRules).filter((op) => !covered.has(op))).toEqual([]);
});

/** Compares engine and evaluator on a case, and the engine with itself. */
async function check(c: OperationCase): Promise<void> {
  const program = programOf(c);
  // A gradient may not depend on everything that its case has.
  const names = program.inputs.map((node) => node.attributes.name);
  const feeds = Object.fromEntries(
    Object.entries(feedsOf(c, stream(7))).filter(([name]) => names.includes(name)),
  );
  const expected = evaluate(program, feeds, c.symbols);
  const executable = await compile(program, { threads: 2 });
  const outputs = await executable.run(feeds, {}, c.symbols);
  const again = await executable.run(feeds, {}, c.symbols);
  await executable.dispose();
  for (const [name, { data }] of Object.entries(expected)) {
    expectClose(outputs[name]!, data, float32, name);
    expect(Buffer.from(again[name]!.buffer).equals(Buffer.from(outputs[name]!.buffer)), name).toBe(true);
  }
}

test.each(cases)('the engine computes what the evaluator computes: $name', check);

const gradientCases = cases.flatMap((c) => gradientCaseOf(c) ?? []);

test.each(gradientCases)('the engine computes the gradients that the evaluator computes: $name', check);
