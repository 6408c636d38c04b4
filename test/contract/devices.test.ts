import { describe, test } from 'vitest';
import { compile } from '../../src/engine/compile.ts';
import { devices } from '../../src/engine/device.ts';
import { isAvailable } from '../../src/engine/find-devices.ts';
import { stream } from '../../src/random.ts';
import { expectClose } from '../expect-close.ts';
import { arrangementCases } from './arrangement-cases.ts';
import { elementwiseCases } from './elementwise-cases.ts';
import { linearCases } from './linear-cases.ts';
import { feedsOf, gradientCaseOf, programOf } from './operation-case.ts';

const forward = [...elementwiseCases, ...linearCases, ...arrangementCases];
const cases = [...forward, ...forward.flatMap((c) => gradientCaseOf(c) ?? [])];

for (const device of devices.filter((name) => name !== 'cpu')) {
  const available = await isAvailable(device);
  describe.skipIf(!available)(`${device} against the CPU`, () => {
    test.each(cases)('$name', async (c) => {
      const program = programOf(c);
      const names = program.inputs.map((node) => node.attributes.name);
      const feeds = Object.fromEntries(
        Object.entries(feedsOf(c, stream(7))).filter(([name]) => names.includes(name)),
      );
      const reference = await compile(program);
      const executable = await compile(program, { device });
      const expected = await reference.run(feeds, {}, c.symbols);
      const received = await executable.run(feeds, {}, c.symbols);
      await Promise.all([reference.dispose(), executable.dispose()]);
      // Graphics cards round differently and sum in another order.
      for (const [name, values] of Object.entries(expected))
        expectClose(received[name]!, values, { relative: 1e-3, typical: 1e-4 }, name);
    });
  });
}
