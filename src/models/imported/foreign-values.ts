import { GraftError } from '../../errors.ts';
import { BATCH } from '../../tensor/imported-program.ts';
import { isConcrete, sizeOf } from '../../tensor/shape.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { type ImageSize, imageOf } from './adapt-images.ts';
import type { ImportedFacts } from './assemble-imported.ts';
import type { ForeignFile, ForeignInput } from './foreign-file.ts';
import type { OnnxImportOptions } from './onnx-import-options.ts';

export const factsOf = (
  options: OnnxImportOptions,
): Pick<ImportedFacts, 'role' | 'loss' | 'candidates' | 'prior'> => ({
  role: options.role,
  ...(options.loss === undefined ? {} : { loss: options.loss }),
  ...(options.candidates === undefined ? {} : { candidates: options.candidates }),
  ...(options.prior === undefined ? {} : { prior: options.prior }),
});

/** The input that is fed: the one that was named, or the first. */
export function mainInput({ inputs, path }: ForeignFile, named: string | undefined): ForeignInput {
  const found = named === undefined ? inputs[0] : inputs.find(({ name }) => name === named);
  if (found !== undefined) return found;
  throw new GraftError('unknown-name', {
    kind: 'input',
    received: named ?? '',
    allowed: inputs.map(({ name }) => name),
    where: path,
  });
}

/** Shape of an input for one example, as the file declares it; undefined where it leaves something open. */
export function declaredShape({ shape }: ForeignInput): readonly number[] | undefined {
  const rest = shape?.slice(1);
  return rest?.every((d): d is number => typeof d === 'number' && d > 0) ? rest : undefined;
}

export function neededArgument<T>(value: T | undefined, argument: string, meaning: string): T {
  if (value !== undefined) return value;
  throw new GraftError('missing-argument', { command: 'graft import', argument, meaning });
}

/** The file's images: shape of its input for one example, and the image that it stands for. */
export function imageInput(
  file: ForeignFile,
  options: OnnxImportOptions,
): { info: ForeignInput; shape: readonly number[]; image: ImageSize } {
  const info = mainInput(file, options.input);
  const shape =
    declaredShape(info) ?? (options.image === undefined ? undefined : openImage(info, options.image));
  const declared = `input '${info.name}' of ${file.path} is declared as [${(info.shape ?? []).join(', ')}]`;
  const meaning = `the size of its images; ${declared}`;
  requireImageOf(shape, options.image, declared);
  const image = imageOf(neededArgument(shape, 'image=CxHxW', meaning), options.image);
  return { info, shape: shape!, image: neededArgument(image, 'image=CxHxW', meaning) };
}

/** Fails where a person says another size of image than a value has. */
function requireImageOf(
  shape: readonly number[] | undefined,
  asked: ImageSize | undefined,
  declared: string,
): void {
  if (asked !== undefined && shape !== undefined && sizeOf(asked) !== sizeOf(shape))
    throw new GraftError('invalid-value', {
      what: 'image',
      received: asked.join('x'),
      allowed: `channels x height x width of ${sizeOf(shape)} values in all; ${declared}`,
    });
}

/** The shape of an input whose sides are open, for an image: the channels stand where the file has their number. */
const openImage = ({ shape }: ForeignInput, [c, h, w]: ImageSize): readonly number[] =>
  shape?.length === 4 && shape[3] === c && shape[1] !== c
    ? [h, w, c]
    : shape?.length === 3
      ? [h, w]
      : [c, h, w];

export const firstOutput = ({ outputs }: ForeignFile, named: string | undefined): string =>
  named ?? outputs[0] ?? '';

/** Fails unless a value has one row for each example. */
export function requireRows(
  file: ForeignFile,
  name: string,
  tensor: Tensor,
  what: string,
): readonly number[] {
  const rest = tensor.shape.slice(1);
  if (tensor.dtype === 'float32' && tensor.shape[0] === BATCH && rest.length > 0 && isConcrete(rest))
    return rest;
  throw new GraftError('bad-data', {
    what: `value '${name}' of ${file.path}`,
    problem: `is ${tensor.dtype} [${tensor.shape.join(', ')}], not ${what} for each example`,
    hint: `Take another value of the graph: output=NAME. Values with an axis of examples: ${rowsOf(tensor).join(', ') || 'none before it'}.`,
  });
}

/** Shapes of the values behind which a value lies that have a row for each example, the nearest first. */
function rowsOf(tensor: Tensor): string[] {
  const found = new Set<string>();
  const queue = [tensor];
  const seen = new Set(queue.map(({ node }) => node));
  for (let at = queue.shift(); at !== undefined && found.size < 4; at = queue.shift()) {
    if (at.dtype === 'float32' && at.shape[0] === BATCH && at.shape.length > 1)
      found.add(`[${at.shape.join(', ')}]`);
    for (const below of at.node.inputs)
      if (!seen.has(below.node)) {
        seen.add(below.node);
        queue.push(below);
      }
  }
  return [...found];
}

export const fed = ({ fill = {}, constants = [] }: OnnxImportOptions) => ({ fill, constants });
export const range = ({ outputMean, outputStd }: OnnxImportOptions) => ({ mean: outputMean, std: outputStd });
export const normal = ({ mean, std }: OnnxImportOptions) => ({ mean, std });
export const freezing = ({ freeze }: OnnxImportOptions): boolean => freeze ?? false;

/** The shape of an input whose length is open: a vector, with the axes of size 1 that the file has behind it. */
const openVector = ({ shape = [] }: ForeignInput, length: number): readonly number[] => [
  length,
  ...shape.slice(2).map(() => 1),
];

/** A decoder: codes [batch, ...] -> images. */
export function decoderOf(file: ForeignFile, options: OnnxImportOptions, latent?: number) {
  const info = mainInput(file, options.input);
  const declared = declaredShape(info);
  if (declared !== undefined && options.latent !== undefined && sizeOf(declared) !== options.latent)
    throw new GraftError('invalid-value', {
      what: 'latent',
      received: options.latent,
      allowed: `${sizeOf(declared)}: input '${info.name}' of ${file.path} is declared as [${info.shape!.join(', ')}]`,
    });
  const shape = neededArgument(
    declared ?? (latent === undefined ? undefined : openVector(info, latent)),
    'latent=N',
    `the length of its latent vector; input '${info.name}' of ${file.path} is declared as [${(info.shape ?? []).join(', ')}]`,
  );
  const output = firstOutput(file, options.output);
  const imported = file.program({ input: info.name, shape, ...fed(options) }, [output], freezing(options));
  const made = requireRows(file, output, imported.program.outputs[output]!, 'an image');
  const given = `value '${output}' of ${file.path} is [${made.join(', ')}] for each example`;
  requireImageOf(made, options.image, given);
  const image = neededArgument(
    imageOf(made, options.image),
    'image=CxHxW',
    `the size of its images; ${given}`,
  );
  return { imported, name: info.name, output, latent: sizeOf(shape), image };
}
