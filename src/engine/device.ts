import { listSupportedBackends } from 'onnxruntime-node';

/** Where tensor programs run. */
export const devices = ['cpu', 'webgpu', 'cuda'] as const;
export type Device = (typeof devices)[number];

/** A device that the installed ONNX Runtime has code for. */
export interface DeviceInfo {
  readonly device: Device;
  /** The code is inside the npm package; otherwise it needs libraries of its own. */
  readonly bundled: boolean;
}

/** The devices that the installed ONNX Runtime has code for; whether the machine has such hardware is not asked. */
export function listDevices(): DeviceInfo[] {
  const known = new Map(listSupportedBackends().map(({ name, bundled }) => [name, bundled]));
  return devices
    .filter((device) => known.has(device))
    .map((device) => ({ device, bundled: known.get(device) === true }));
}
