import { NEWEST_OPSET } from '../../src/onnx/import-graph.ts';
import { importRules } from '../../src/onnx/import-rules/index.ts';
import { unclaimedOperators } from '../onnx-node-exceptions.ts';
import { classifyNodeTests } from '../onnx-node-tests.ts';

/** docs/onnx-operators.md, from the rules and from ONNX's own tests. */
export function onnxOperatorsText(): string {
  const { claimed, unclaimed } = classifyNodeTests();
  const passed = [...claimed.values()].reduce((n, tests) => n + tests.length, 0);
  const byReason = new Map<string, string[]>();
  for (const { test, reason } of unclaimed)
    byReason.set(reason, [...(byReason.get(reason) ?? []), test.name]);
  const operators = Object.keys(importRules).sort();
  return [
    '# ONNX operators that can be imported',
    '',
    '<!-- Written by GRAFT_WRITE_DOCS=1 npx vitest run test/docs; a test compares it. -->',
    '',
    `Operator sets 7 to ${NEWEST_OPSET} of the ONNX standard (files of PyTorch, Keras and Optimum use 11 to ${NEWEST_OPSET}), and functions that a file defines itself. Numbers with a fraction of any precision are computed in float32, whole numbers in 32 bits. \`If\`, \`Loop\` and \`Scan\` are written out, for which the condition or the number of rounds must not depend on data; what decides about shapes must not either.`,
    '',
    `Of ONNX's own ${passed + unclaimed.length} operator tests (version 1.17.0), ${passed} are claimed: Graft gives their results in the reference evaluator and on the engine (relative error 1e-3, absolute 1e-7). ${unclaimed.length} are not claimed.`,
    '',
    `## Operators (${operators.length})`,
    '',
    `${operators.map((op) => `\`${op}\``).join(', ')}.`,
    '',
    '`NonZero`, `Compress` and `Range` need operands that follow from shapes and constants. Gradients pass through every operator but those that choose or count (`ArgMax`, `ArgMin`, `Ceil`, `Floor`, `Round`, `Sign`, comparisons, casts to whole numbers); `BatchNormalization` uses the stored statistics, `Dropout` drops nothing.',
    '',
    '## Operators that cannot be imported',
    '',
    ...Object.entries(unclaimedOperators).map(
      ([reason, ops]) => `- ${reason}: ${ops.map((op) => `\`${op}\``).join(', ')}.`,
    ),
    '',
    'An operator that stands in neither list has no rule either; the error names it and its node.',
    '',
    `## Tests that are not claimed (${unclaimed.length})`,
    ...[...byReason]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .flatMap(([reason, names]) => [
        '',
        `${reason} (${names.length}): ${names.map((name) => `\`${name.replace(/^test_/, '')}\``).join(', ')}.`,
      ]),
    '',
  ].join('\n');
}
