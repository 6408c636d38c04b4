import { Tensor } from 'onnxruntime-node';
import { encodeModel } from '../onnx/encode-model.ts';
import { createSession } from './create-session.ts';

const CHANNELS = 64;

let known: Promise<number | undefined> | undefined;

/**
 * How many channels the CPU's convolutions keep side by side (8 or 16, by its vector width), found out once by letting
 * ONNX Runtime reorder a small tensor. Undefined where it has no such layout.
 */
export function blockedChannels(): Promise<number | undefined> {
  known ??= measure();
  return known;
}

async function measure(): Promise<number | undefined> {
  const value = (name: string) => ({ name, type: 'float32' as const, shape: [1, CHANNELS, 1, 2] });
  const domain = 'com.microsoft.nchwc';
  const bytes = encodeModel({
    irVersion: 10,
    producerName: 'graft',
    producerVersion: '',
    opsets: { '': 21, [domain]: 1 },
    metadata: {},
    graph: {
      name: 'layout',
      nodes: [
        { opType: 'ReorderInput', domain, name: 'n0', inputs: ['x'], outputs: ['y'], attributes: {} },
        // A copy, so that the blocked tensor is handed out as it lies in memory.
        { opType: 'Identity', domain: '', name: 'n1', inputs: ['y'], outputs: ['z'], attributes: {} },
      ],
      initializers: [],
      inputs: [value('x')],
      outputs: [value('z')],
    },
  });
  try {
    const session = await createSession({ bytes }, { device: 'cpu', threads: 1 });
    // Value = position in the row: channels that lie side by side share it.
    const data = Float32Array.from({ length: CHANNELS * 2 }, (_, i) => i % 2);
    const { z } = await session.run({ x: new Tensor('float32', data, [1, CHANNELS, 1, 2]) });
    await session.release();
    const block = (z!.data as Float32Array).indexOf(1);
    return block > 1 && block < CHANNELS ? block : undefined;
  } catch {
    return undefined;
  }
}
