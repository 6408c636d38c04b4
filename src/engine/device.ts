import { listSupportedBackends } from 'onnxruntime-node';
import { GraftError } from '../errors.ts';

/** Where tensor programs run. */
export const devices = ['cpu', 'webgpu', 'cuda'] as const;
export type Device = (typeof devices)[number];

/** A device that this installation can try to use, and where it comes from. */
export interface DeviceInfo {
  readonly device: Device;
  /** Comes inside the npm package; otherwise it needs libraries of its own. */
  readonly bundled: boolean;
}

/** The devices that the installed ONNX Runtime knows. That one is listed does not say that there is such hardware. */
export function listDevices(): DeviceInfo[] {
  const known = new Map(listSupportedBackends().map(({ name, bundled }) => [name, bundled]));
  return devices
    .filter((device) => known.has(device))
    .map((device) => ({ device, bundled: known.get(device) === true }));
}

/** The error for a device that is not there. */
export function noDevice(device: Device, cause?: unknown): GraftError {
  const looked = {
    cpu: 'the CPU provider of ONNX Runtime',
    webgpu: "ONNX Runtime's WebGPU provider and a GPU with a Vulkan, Metal or Direct3D 12 driver",
    cuda: "ONNX Runtime's CUDA provider (see docs/devices.md for its libraries), CUDA 12, cuDNN 9 and an NVIDIA GPU",
  }[device];
  return new GraftError(
    'no-device',
    // That ONNX Runtime knows a device does not say that the machine has it.
    { device, looked, found: ['cpu'] },
    cause === undefined ? {} : { cause },
  );
}
