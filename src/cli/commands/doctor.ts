import { accessSync, constants, existsSync, readdirSync } from 'node:fs';
import { arch, platform, release } from 'node:os';
import { join } from 'node:path';
import { namedSets } from '../../data/sources/named-sets.ts';
import { type Device, devices, listDevices } from '../../engine/device.ts';
import { isGraftError } from '../../errors.ts';
import { formatBytes } from '../../report/format-quantity.ts';
import { countOf } from '../../study/format-number.ts';
import { defineCommand } from '../command.ts';
import { commandData } from '../data-argument.ts';
import { describeMachine, freeDisk, measureMatrixRate } from '../machine.ts';
import { selfTest } from '../self-test.ts';
import { messageColours, resultColours, type Terminal } from '../terminal.ts';
import { builtFrom, packageVersion, version } from '../version.ts';

/** A line of the report. `state` decides on the exit code: 1 where something fails. */
interface Finding {
  readonly topic: string;
  readonly state: 'ok' | 'note' | 'fails';
  readonly text: string;
}

/** Packages whose versions matter to results or that hold native code. */
const packages = ['onnxruntime-node', 'sharp', '@libsql/client'];

export const doctor = defineCommand({
  name: 'doctor',
  summary: 'say what this machine can do, and test the engine',
  description:
    'Prints versions, devices, memory, disk and the data folders found, and runs a small program forward and backward on the CPU, compared with the reference evaluation. Other devices are tested only when asked for; until then they count as not tested here. The exit code is 1 if anything fails.',
  arguments: [],
  options: {
    device: { kind: 'choice', choices: devices, summary: 'run the test on this device, too' },
    json: { kind: 'flag', summary: 'print one JSON object' },
  },
  examples: [
    { line: 'graft doctor', does: 'everything about this installation' },
    { line: 'graft doctor --device webgpu', does: 'test the GPU' },
  ],
  async run({ options }, terminal) {
    const findings = [
      ...versions(),
      ...(await native()),
      ...machine(terminal),
      ...(await engine(options.device, terminal)),
      ...dataFolders(terminal),
    ];
    const failed = findings.some(({ state }) => state === 'fails');
    if (options.json) terminal.out(JSON.stringify({ ok: !failed, findings }, null, 2));
    else {
      const colours = resultColours(terminal);
      const marks = {
        ok: colours.green('ok   '),
        note: colours.yellow('note '),
        fails: colours.red('FAILS'),
      };
      for (const { topic, state, text } of findings)
        terminal.out(`${marks[state]}  ${topic.padEnd(12)}${text}`);
    }
    if (failed) terminal.say(messageColours(terminal).red('Something fails: see above.'));
    return failed ? 1 : 0;
  },
});

function versions(): Finding[] {
  return [
    { topic: 'graft', state: 'ok', text: [version(), builtFrom()].filter(Boolean).join(', commit ') },
    { topic: 'node', state: 'ok', text: `${process.version} on ${platform()} ${release()} (${arch()})` },
  ];
}

/** Native packages, loaded to see whether they can be. */
async function native(): Promise<Finding[]> {
  const loads: Readonly<Record<string, () => Promise<unknown>>> = {
    'onnxruntime-node': async () => listDevices(),
    sharp: () => import('sharp'),
    '@libsql/client': () => import('@libsql/client'),
  };
  return Promise.all(
    packages.map(async (name): Promise<Finding> => {
      try {
        await loads[name]!();
        return { topic: 'package', state: 'ok', text: `${name} ${packageVersion(name)}` };
      } catch (error) {
        const text = `${name} cannot be loaded: ${(error as Error).message.split('\n')[0]}. Run npm ci again.`;
        return { topic: 'package', state: 'fails', text };
      }
    }),
  );
}

function machine(terminal: Terminal): Finding[] {
  const { processor, cores, memory } = describeMachine();
  const disk = freeDisk(terminal.directory);
  return [
    {
      topic: 'processor',
      state: 'ok',
      text: `${processor}; ${countOf(cores, 'core')}, so ${countOf(cores, 'worker')} of one thread by default`,
    },
    {
      topic: 'memory',
      state: memory.free < 1e9 ? 'note' : 'ok',
      text: `${formatBytes(memory.free)} available of ${formatBytes(memory.total)}`,
    },
    disk === undefined
      ? { topic: 'disk', state: 'note', text: 'the system does not tell how much is free' }
      : {
          topic: 'disk',
          state: disk < 1e9 ? 'note' : 'ok',
          text: `${formatBytes(disk)} free in ${terminal.directory}`,
        },
    writable(terminal.directory),
  ];
}

function writable(folder: string): Finding {
  try {
    accessSync(folder, constants.W_OK);
    return { topic: 'folder', state: 'ok', text: `${folder} can be written` };
  } catch {
    const text = `${folder} cannot be written; use --workspace or another folder`;
    return { topic: 'folder', state: 'note', text };
  }
}

async function engine(asked: Device | undefined, terminal: Terminal): Promise<Finding[]> {
  const found: Finding[] = [];
  const now = () => terminal.now();
  const known = listDevices();
  for (const device of devices) {
    const info = known.find((entry) => entry.device === device);
    if (device === 'cpu' || device === asked) found.push(await tested(device, now));
    else {
      const origin = info === undefined ? 'not in this build of ONNX Runtime' : 'ONNX Runtime knows it';
      found.push({
        topic: device,
        state: 'note',
        text: `not tested here (${origin}; --device ${device} tests it)`,
      });
    }
  }
  if (found.every(({ topic, state }) => topic !== 'cpu' || state === 'ok')) {
    const rate = await measureMatrixRate(now);
    found.push({
      topic: 'speed',
      state: 'ok',
      text: `${(rate / 1e9).toFixed(0)} GFLOP/s in matrix products on one thread, just now`,
    });
  }
  return found;
}

async function tested(device: Device, now: () => number): Promise<Finding> {
  try {
    const { values, worst, milliseconds } = await selfTest(device, now);
    const share = `${(100 * worst).toPrecision(2)} % of the tolerance`;
    return worst <= 1
      ? {
          topic: device,
          state: 'ok',
          text: `${values} values of a test program agree with the reference within ${share}, in ${milliseconds.toFixed(0)} ms`,
        }
      : {
          topic: device,
          state: 'fails',
          text: `a test program differs from the reference: ${share} (1e-4 relative + 1e-5)`,
        };
  } catch (error) {
    if (!isGraftError(error)) throw error;
    return { topic: device, state: 'fails', text: error.message };
  }
}

function dataFolders(terminal: Terminal): Finding[] {
  const { dataFolders: folders } = commandData(terminal);
  const own = Object.entries(namedSets).flatMap(([name, set]) =>
    'folder' in set ? [[name, set.folder] as const] : [],
  );
  const found = folders.map((folder): Finding => {
    const here = own.filter(([, sub]) => isFilled(join(folder, sub))).map(([name]) => name);
    return existsSync(folder)
      ? {
          topic: 'data',
          state: 'ok',
          text: `${folder}: ${here.length === 0 ? 'no known sets' : here.join(', ')}`,
        }
      : { topic: 'data', state: 'note', text: `${folder}: no such folder` };
  });
  return [{ topic: 'data', state: 'ok', text: 'built in: glyphs, names' }, ...found];
}

function isFilled(folder: string): boolean {
  try {
    return readdirSync(folder).length > 0;
  } catch {
    return false;
  }
}
