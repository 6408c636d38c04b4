import { closeSync, fstatSync, openSync, readSync, realpathSync, statSync } from 'node:fs';
import { dirname, isAbsolute, join, relative } from 'node:path';
import { GraftError } from '../errors.ts';
import type { TensorProto } from './model-proto.ts';

/** The bytes of a stored tensor, wherever they lie. */
export type ReadTensor = (tensor: TensorProto) => Uint8Array;

/** Reads tensors of the ONNX file at `path`: from the file itself, or from files beside it that it names. */
export function tensorReader(path: string): ReadTensor {
  return (tensor) => (tensor.external === undefined ? tensor.raw : readExternal(path, tensor));
}

/**
 * The part of another file that holds a tensor. That file must really lie in the model's folder (links are followed)
 * and be long enough: both are checked before anything is allocated.
 */
function readExternal(path: string, { name, external }: TensorProto): Uint8Array {
  const { location, offset, length } = external!;
  const fail = (problem: string): never => {
    throw new GraftError('bad-file', {
      path,
      format: 'ONNX',
      problem: `the data of tensor '${name}' ${problem}`,
    });
  };
  const folder = realpathSync(dirname(path));
  let file: string;
  try {
    file = realpathSync(join(folder, location));
  } catch {
    throw new GraftError('file-not-found', {
      path: join(dirname(path), location),
      what: `file with the weights of ${path}`,
      hint: 'Keep the file with the external data beside the model.',
    });
  }
  const inside = relative(folder, file);
  if (inside === '' || inside.split(/[/\\]/)[0] === '..' || isAbsolute(inside))
    return fail(`lie in '${location}', outside of the model's folder`);
  // Before it is opened: opening a pipe would wait for somebody to write.
  if (!statSync(file).isFile()) return fail(`lie in '${location}', which is no file`);
  const handle = openSync(file, 'r');
  try {
    const { size } = fstatSync(handle);
    if (offset + length > size)
      return fail(`end at byte ${offset + length} of '${location}', which has ${size}`);
    const bytes = new Uint8Array(length);
    let done = 0;
    while (done < length) {
      const count = readSync(handle, bytes, done, length - done, offset + done);
      if (count === 0) return fail(`could not be read from '${location}' to the end`);
      done += count;
    }
    return bytes;
  } finally {
    closeSync(handle);
  }
}
