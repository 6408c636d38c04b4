import { GraftError } from '../../errors.ts';
import { input } from '../../tensor/build.ts';
import { reshape } from '../../tensor/functions/arrangement.ts';
import { cast } from '../../tensor/functions/elementwise.ts';
import { BATCH } from '../../tensor/imported-program.ts';
import { instantiateProgram } from '../../tensor/instantiate-program.ts';
import { program } from '../../tensor/program.ts';
import { sizeOf } from '../../tensor/shape.ts';
import type { Model, Weights } from '../model.ts';
import { givingImages, imageOf, takingCodes, takingImages } from './adapt-images.ts';
import { assembleImported } from './assemble-imported.ts';
import { checkImportOptions } from './check-import-options.ts';
import { type ForeignFile, readForeign } from './foreign-file.ts';
import {
  declaredShape,
  decoderOf,
  factsOf,
  fed,
  firstOutput,
  freezing,
  imageInput,
  mainInput,
  neededArgument,
  normal,
  range,
} from './foreign-values.ts';
import { pairedAutoencoder, wholeAutoencoder } from './import-autoencoder.ts';
import type { OnnxImportOptions } from './onnx-import-options.ts';

/** An ONNX file, or the `model.json` of TensorFlow.js, as a model of the family `imported`. */
export function importOnnx(
  path: string,
  options: OnnxImportOptions,
): { model: Model; weights: Weights; format: string } {
  const file = readForeign(path);
  const encoder = options.encoder === undefined ? undefined : readForeign(options.encoder);
  checkImportOptions(options, encoder === undefined ? [file] : [file, encoder]);
  return { ...modelOf(file, encoder, options), format: file.format };
}

function modelOf(
  file: ForeignFile,
  encoder: ForeignFile | undefined,
  options: OnnxImportOptions,
): { model: Model; weights: Weights } {
  switch (options.role) {
    case 'autoencoder':
      return encoder === undefined
        ? wholeAutoencoder(file, options)
        : pairedAutoencoder(file, encoder, options);
    case 'generator':
      return generator(file, options);
    case 'scorer':
      return scorer(file, options);
    case 'next-token':
      return nextToken(file, options);
  }
}

function generator(file: ForeignFile, options: OnnxImportOptions) {
  const { imported, name, output, latent, image } = decoderOf(file, options, options.latent);
  refuseImages(file, options, image);
  const p = givingImages(takingCodes(imported.program, name, latent), output, image, range(options));
  return assembleImported(
    { ...factsOf(options), image, latent },
    { programs: { decode: p }, weights: imported },
  );
}

/** Fails where what would be the latent vector has the very shape of the images: that of an autoencoder in one file. */
function refuseImages(file: ForeignFile, options: OnnxImportOptions, image: readonly number[]): void {
  const info = mainInput(file, options.input);
  if (options.latent !== undefined || imageOf(declaredShape(info) ?? [], undefined)?.join() !== image.join())
    return;
  throw new GraftError('bad-data', {
    what: file.path,
    problem: `its input '${info.name}' has the shape of the images that it makes, [${image.join(', ')}], so that it is no generator`,
    hint: `Import it with --as autoencoder; where those are latent values all the same, say so with latent=${sizeOf(image)}.`,
  });
}

function scorer(file: ForeignFile, options: OnnxImportOptions) {
  const { info, shape, image } = imageInput(file, options);
  const output = firstOutput(file, options.output);
  const imported = file.program({ input: info.name, shape, ...fed(options) }, [output], freezing(options));
  const tensor = imported.program.outputs[output]!;
  if (
    // With any axes of one.
    tensor.dtype !== 'float32' ||
    tensor.shape.filter((d) => d !== 1).length !== 1 ||
    !tensor.shape.includes(BATCH)
  )
    throw new GraftError('bad-data', {
      what: `value '${output}' of ${file.path}`,
      problem: `is ${tensor.dtype} [${tensor.shape.join(', ')}], not one log-probability for each example`,
      hint: 'A scorer gives [batch], with or without axes of 1, in nats; take another value with output=NAME. A classifier is no scorer: give what it makes of images to graft metric (docs/bring-your-own.md).',
    });
  const flat = program({ score: reshape(tensor, [BATCH]) });
  const p = takingImages(flat, info.name, image, normal(options));
  return assembleImported({ ...factsOf(options), image }, { programs: { score: p }, weights: imported });
}

/** Tokens [batch, context] -> logits [batch, context, vocabulary]. */
function nextToken(file: ForeignFile, options: OnnxImportOptions) {
  const named =
    options.input ?? (file.inputs.some(({ name }) => name === 'input_ids') ? 'input_ids' : undefined);
  const info = mainInput(file, named);
  const declared = declaredShape(info)?.[0];
  if (declared !== undefined && options.context !== undefined && options.context !== declared)
    throw new GraftError('invalid-value', {
      what: 'context',
      received: options.context,
      allowed: `${declared}: the file was written for sequences of that length`,
      where: file.path,
      hint: 'Export it with an open length to choose another.',
    });
  const context = neededArgument(
    declared ?? options.context,
    'context=N',
    `the length of its sequences, which input '${info.name}' of ${file.path} leaves open`,
  );
  const output = firstOutput(file, options.output);
  const feeding = { input: info.name, shape: [context], ...fed(options), context };
  const imported = file.program(feeding, [output], freezing(options));
  const logits = imported.program.outputs[output]!;
  const [, length, vocabulary] = logits.shape;
  if (
    logits.shape.length !== 3 ||
    logits.shape[0] !== BATCH ||
    length !== context ||
    typeof vocabulary !== 'number'
  )
    throw new GraftError('bad-data', {
      what: `value '${output}' of ${file.path}`,
      problem: `is [${logits.shape.join(', ')}], not scores [batch, ${context}, vocabulary] of the token behind each position`,
      hint: 'Take another value with output=NAME.',
    });
  const made = instantiateProgram(
    { outputs: { logits } },
    (node) => {
      if (node.attributes.name !== info.name) return node.outputs[0]!;
      const tokens = input('tokens', [BATCH, context], 'int32');
      return cast(tokens, node.attributes.dtype);
    },
    {},
  );
  return assembleImported(
    { ...factsOf(options), vocabulary, context },
    { programs: { logits: program(made) }, weights: imported },
  );
}
