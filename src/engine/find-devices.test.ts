import { expect, test } from 'vitest';
import { input } from '../tensor/build.ts';
import { exp } from '../tensor/functions/elementwise.ts';
import { program } from '../tensor/program.ts';
import { compile } from './compile.ts';
import { findDevices } from './find-devices.ts';

test('the CPU is always there', async () => {
  const found = await findDevices();
  expect(found.map(({ device }) => device)).toEqual(['cpu', 'webgpu', 'cuda']);
  expect(found[0]).toMatchObject({ device: 'cpu', available: true });
});

test('a device that is not there is an error that says what was looked for and what there is', async () => {
  const missing = (await findDevices()).filter(({ available }) => !available);
  for (const { device, detail } of missing) {
    expect(detail).toMatch(/^looked for ONNX Runtime's .+: .+/);
    const attempt = compile(program({ y: exp(input('x', [2])) }), { device });
    await expect(attempt).rejects.toMatchObject({ code: 'no-device' });
    await expect(attempt).rejects.toThrow(
      new RegExp(`^device '${device}' is not available: looked for ONNX Runtime's .*this machine has: .*cpu`),
    );
  }
});
