import { join } from 'node:path';
import { readCifarBinary } from '../../formats/cifar-binary.ts';
import type { ImageSet } from '../data-set.ts';
import { imagesOfArrays, type NamedArray } from './array-images.ts';
import { readSource } from './source-file.ts';

/** Whether a file of this name is a part of CIFAR's binary version: data_batch_1.bin, test_batch.bin, train.bin, test.bin. */
export function isCifarFile(name: string): boolean {
  return /(^|\/)(data_batch_\d+|test_batch|train|test)\.bin$/i.test(name);
}

/** CIFAR-10 or CIFAR-100 in its binary version; the batches of training images are one predefined split. */
export function readCifarFiles(
  name: string,
  folder: string,
  names: readonly string[],
  classes?: readonly string[],
): ImageSet {
  const arrays = names.flatMap((fileName): NamedArray[] => {
    const path = join(folder, fileName);
    const { bytes, file } = readSource(path, 'CIFAR binary', fileName);
    const { images, labels } = readCifarBinary(bytes, path);
    const as = fileName.replace('data_batch', 'train_batch');
    return [
      { name: `${as}:images`, array: images, file },
      { name: `${as}:labels`, array: { dtype: 'int32', shape: [labels.length], data: labels }, file },
    ];
  });
  return imagesOfArrays(name, folder, arrays, classes ? { classes } : {});
}
