import { Tensor } from 'onnxruntime-node';
import { GraftError } from '../errors.ts';
import { exportProgram } from '../onnx/export-program.ts';
import { input } from '../tensor/build.ts';
import { add } from '../tensor/functions/elementwise.ts';
import { program } from '../tensor/program.ts';
import { createSession } from './create-session.ts';
import { type Device, devices, listDevices } from './device.ts';

/** What was looked for when a device is asked for. */
const sought: Readonly<Record<Device, string>> = {
  cpu: "ONNX Runtime's CPU provider",
  webgpu: "ONNX Runtime's WebGPU provider and a graphics card with a Vulkan, Metal or Direct3D 12 driver",
  cuda: "ONNX Runtime's CUDA provider (its libraries are no part of the npm package), CUDA 12, cuDNN 9 and an NVIDIA graphics card",
};

export interface DeviceStatus {
  readonly device: Device;
  /** True when a small program ran on it. */
  readonly available: boolean;
  /** What was looked for, and what stood in the way if the device is not there. */
  readonly detail: string;
}

/** Tries each device with a small program. */
export function findDevices(): Promise<DeviceStatus[]> {
  return Promise.all(
    devices.map(async (device) => {
      const problem = await problemWith(device);
      return problem === undefined
        ? { device, available: true, detail: sought[device] }
        : { device, available: false, detail: `looked for ${sought[device]}: ${problem}` };
    }),
  );
}

/** Whether programs run on the device. */
export const isAvailable = async (device: Device): Promise<boolean> =>
  (await problemWith(device)) === undefined;

/** The error for a device that is not there: what was looked for, and what this machine has. */
export async function noDevice(device: Device, cause?: unknown): Promise<GraftError> {
  const others = devices.filter((other) => other !== device);
  const problems = await Promise.all(others.map(problemWith));
  const found = others.filter((_, i) => problems[i] === undefined);
  return new GraftError(
    'no-device',
    { device, looked: sought[device], found },
    cause === undefined ? {} : { cause },
  );
}

/** Why a device cannot be used, in a line; undefined if it can. */
async function problemWith(device: Device): Promise<string | undefined> {
  if (!listDevices().some((info) => info.device === device))
    return 'this build of ONNX Runtime does not have it';
  const x = input('x', [2]);
  try {
    const bytes = exportProgram(program({ y: add(x, x) }));
    const session = await createSession({ bytes }, { device, threads: 1 });
    try {
      const { y } = await session.run({ x: new Tensor('float32', Float32Array.of(1, 2), [2]) });
      const found = [...((await y!.getData()) as Float32Array)];
      return found[0] === 2 && found[1] === 4
        ? undefined
        : `it computed 1 + 1 = ${found[0]}, 2 + 2 = ${found[1]}`;
    } finally {
      await session.release();
    }
  } catch (error) {
    return (error as Error).message.split('\n')[0];
  }
}
