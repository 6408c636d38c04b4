import { expect, test } from 'vitest';
import { recordedRun } from '../../test/recorded-run.ts';
import { isAvailable } from '../engine/find-devices.ts';
import { commandLoaders } from './commands/index.ts';

const here = process.cwd();

test('an unknown command is answered with the nearest', async () => {
  const { code, out, said } = await recordedRun(['metrc'], here);
  expect({ code, out }).toEqual({ code: 2, out: '' });
  expect(said).toMatch(/unknown command 'metrc'\. Did you mean 'metric'\?.*\nSee graft --help\./);
});

test('without a command the help is shown as an answer to a mistake', async () => {
  expect(await recordedRun([], here)).toMatchObject({ code: 2, out: '' });
  expect(await recordedRun(['--help'], here)).toMatchObject({ code: 0, said: '' });
  expect((await recordedRun(['--version'], here)).out).toMatch(/^\d+\.\d+\.\d+\n$/);
});

test.each(Object.entries(commandLoaders))(
  'graft %s --help explains it with an example',
  async (name, load) => {
    const { code, out } = await recordedRun([name, '--help'], here);
    expect(code).toBe(0);
    const command = await load();
    expect(command.name).toBe(name);
    for (const { line } of command.examples) {
      expect(out).toContain(line);
      expect(line).toMatch(new RegExp(`^graft ${name}\\b`));
    }
    for (const option of Object.keys(command.options)) expect(out).toContain(`--${option}`);
    expect(out.split('\n').every((line) => line.length <= 100)).toBe(true);
  },
);

test('a fault of the program is a short message; the stack comes with GRAFT_DEBUG', async () => {
  const broken = { ...process.env, GRAFT_DATA: 'a' } as Record<string, string>;
  // A folder that is no string breaks deep inside, as a fault would.
  const directory = undefined as unknown as string;
  const quiet = await recordedRun(['data', 'ls'], directory, broken);
  expect(quiet).toMatchObject({ code: 1, out: '' });
  expect(quiet.said).toMatch(/^error: unexpected: .*\nThis is a fault of Graft\. GRAFT_DEBUG=1 shows where/);
  expect(quiet.said).not.toMatch(/\n\s+at /);
  const loud = await recordedRun(['data', 'ls'], directory, { ...broken, GRAFT_DEBUG: '1' });
  expect(loud.said).toMatch(/\n\s+at /);
});

test('a device that is not there is said before anything is planned', async () => {
  if (await isAvailable('cuda')) return;
  const { code, out, said } = await recordedRun(['plan', 'examples/tiny.yaml', '--device', 'cuda'], here);
  expect({ code, out }).toEqual({ code: 1, out: '' });
  expect(said).toMatch(/^error: device 'cuda' is not available: looked for /);
});

test('an interrupted command ends with 130', async () => {
  const stop = new AbortController();
  stop.abort();
  expect((await recordedRun(['metric', 'no-such'], here, {}, stop.signal)).code).toBe(130);
});
