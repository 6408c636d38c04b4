import { env, InferenceSession } from 'onnxruntime-node';
import { type ExportedModel, joinExternal } from '../onnx/export-program.ts';
import type { Device } from './device.ts';

// What goes wrong is thrown; ONNX Runtime's own account of it would only clutter the terminal.
env.logLevel = 'fatal';

export interface SessionOptions {
  readonly device: Device;
  readonly threads: number;
}

/** Loads a model into ONNX Runtime; fails with its own error. */
export function createSession(
  { bytes, external }: ExportedModel,
  { device, threads }: SessionOptions,
): Promise<InferenceSession> {
  return InferenceSession.create(bytes, {
    ...(external === undefined
      ? {}
      : { externalData: [{ path: external.name, data: joinExternal(external) }] }),
    executionProviders: [device],
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    executionMode: 'sequential',
    graphOptimizationLevel: 'all',
    logSeverityLevel: 4,
    // Threads of one computation wait for each other thousands of times in a step: awake, since to be woken takes longer
    // than most waits. A process of one thread waits for nobody and must not take a core from those beside it. Once a run
    // ends its threads sleep: every session has threads of its own, and those of one player of a GAN that stayed awake
    // took the cores from the other's.
    extra: {
      session: {
        intra_op: { allow_spinning: threads > 1 ? '1' : '0' },
        inter_op: { allow_spinning: '0' },
        force_spinning_stop: '1',
      },
    },
  });
}
