import { GraftError } from '../../errors.ts';
import { input } from '../../tensor/build.ts';
import { reshape } from '../../tensor/functions/arrangement.ts';
import { cast } from '../../tensor/functions/elementwise.ts';
import type { ImportedProgram } from '../../tensor/imported-program.ts';
import { BATCH } from '../../tensor/imported-program.ts';
import { instantiateProgram } from '../../tensor/instantiate-program.ts';
import { cut } from '../../tensor/passes/cut.ts';
import { type Program, program } from '../../tensor/program.ts';
import { isConcrete, sizeOf } from '../../tensor/shape.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import type { Model, Weights } from '../model.ts';
import {
  givingImages,
  type ImageSize,
  imageOf,
  type PerChannel,
  takingCodes,
  takingImages,
} from './adapt-images.ts';
import { assembleImported, type ImportedFacts, type ImportedParts, under } from './assemble-imported.ts';
import { findCode, separates } from './find-code.ts';
import { type ForeignFile, type ForeignInput, readForeign } from './foreign-file.ts';
import type { ImportedConfig, ImportedRole } from './imported-schema.ts';
import type { Filling } from './read-onnx.ts';

/** What a person says about a model in ONNX or of TensorFlow.js. */
export interface OnnxImportOptions {
  readonly role: ImportedRole;
  /** Autoencoders: file of the encoder, where it is a file of its own. */
  readonly encoder?: string;
  /** Names of values inside the file to take in place of its first output, its code, or the encoder's log-variance. */
  readonly output?: string;
  readonly code?: string;
  readonly logVariance?: string;
  /** The input that the role feeds, where there are several. */
  readonly input?: string;
  readonly image?: ImageSize;
  readonly context?: number;
  readonly mean?: PerChannel;
  readonly std?: PerChannel;
  readonly outputMean?: PerChannel;
  readonly outputStd?: PerChannel;
  readonly loss?: ImportedConfig['loss'];
  readonly candidates?: number;
  readonly prior?: ImportedConfig['prior'];
  readonly fill?: Readonly<Record<string, Filling>>;
  /** Stored tensors that are no weights although the graph computes with them. */
  readonly constants?: readonly string[];
  /** Weights that no gradient reaches stay as they are, in place of an error. */
  readonly freeze?: boolean;
}

/** An ONNX file, or the `model.json` of TensorFlow.js, as a model of the family `imported`. */
export function importOnnx(
  path: string,
  options: OnnxImportOptions,
): { model: Model; weights: Weights; format: string } {
  const file = readForeign(path);
  return { ...modelOf(file, options), format: file.format };
}

function modelOf(file: ForeignFile, options: OnnxImportOptions): { model: Model; weights: Weights } {
  switch (options.role) {
    case 'autoencoder':
      return options.encoder === undefined
        ? wholeAutoencoder(file, options)
        : pairedAutoencoder(file, readForeign(options.encoder), options);
    case 'generator':
      return generator(file, options);
    case 'scorer':
      return scorer(file, options);
    case 'next-token':
      return nextToken(file, options);
  }
}

const factsOf = (
  options: OnnxImportOptions,
): Pick<ImportedFacts, 'role' | 'loss' | 'candidates' | 'prior'> => ({
  role: options.role,
  ...(options.loss === undefined ? {} : { loss: options.loss }),
  ...(options.candidates === undefined ? {} : { candidates: options.candidates }),
  ...(options.prior === undefined ? {} : { prior: options.prior }),
});

/** The input that is fed: the one that was named, or the first. */
function mainInput({ inputs, path }: ForeignFile, named: string | undefined): ForeignInput {
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
function declaredShape({ shape }: ForeignInput): readonly number[] | undefined {
  const rest = shape?.slice(1);
  return rest?.every((d): d is number => typeof d === 'number' && d > 0) ? rest : undefined;
}

function needed<T>(value: T | undefined, argument: string, meaning: string): T {
  if (value !== undefined) return value;
  throw new GraftError('missing-argument', { command: 'graft import', argument, meaning });
}

/** The file's images: shape of its input for one example, and the image that it stands for. */
function imageInput(
  file: ForeignFile,
  options: OnnxImportOptions,
): { info: ForeignInput; shape: readonly number[]; image: ImageSize } {
  const info = mainInput(file, options.input);
  const shape =
    declaredShape(info) ?? (options.image === undefined ? undefined : openImage(info, options.image));
  const meaning = `the size of its images; input '${info.name}' of ${file.path} is declared as [${(info.shape ?? []).join(', ')}]`;
  const image = imageOf(needed(shape, 'image=CxHxW', meaning), options.image);
  return { info, shape: shape!, image: needed(image, 'image=CxHxW', meaning) };
}

/** The shape of an input whose sides are open, for an image: the channels stand where the file has their number. */
const openImage = ({ shape }: ForeignInput, [c, h, w]: ImageSize): readonly number[] =>
  shape?.length === 4 && shape[3] === c && shape[1] !== c
    ? [h, w, c]
    : shape?.length === 3
      ? [h, w]
      : [c, h, w];

const firstOutput = ({ outputs }: ForeignFile, named: string | undefined): string =>
  named ?? outputs[0] ?? '';

/** Fails unless a value has one row for each example. */
function requireRows(file: ForeignFile, name: string, tensor: Tensor, what: string): readonly number[] {
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

const fed = ({ fill = {}, constants = [] }: OnnxImportOptions) => ({ fill, constants });
const range = ({ outputMean, outputStd }: OnnxImportOptions) => ({ mean: outputMean, std: outputStd });
const normal = ({ mean, std }: OnnxImportOptions) => ({ mean, std });
const freezing = ({ freeze }: OnnxImportOptions): boolean => freeze ?? false;

/** A decoder: codes [batch, ...] -> images. */
function decoderOf(file: ForeignFile, options: OnnxImportOptions, latent?: number) {
  const info = mainInput(file, options.input);
  const shape = needed(
    declaredShape(info) ?? (latent === undefined ? undefined : [latent]),
    'a file whose input has a size',
    `input '${info.name}' of ${file.path} is declared as [${(info.shape ?? []).join(', ')}]`,
  );
  const output = firstOutput(file, options.output);
  const imported = file.program({ input: info.name, shape, ...fed(options) }, [output], freezing(options));
  const made = requireRows(file, output, imported.program.outputs[output]!, 'an image');
  const image = needed(
    imageOf(made, options.image),
    'image=CxHxW',
    `the size of its images; value '${output}' of ${file.path} is [${made.join(', ')}] for each example`,
  );
  return { imported, name: info.name, output, latent: sizeOf(shape), image };
}

function generator(file: ForeignFile, options: OnnxImportOptions) {
  const { imported, name, output, latent, image } = decoderOf(file, options);
  const p = givingImages(takingCodes(imported.program, name, latent), output, image, range(options));
  return assembleImported(
    { ...factsOf(options), image, latent },
    { programs: { decode: p }, weights: imported },
  );
}

function scorer(file: ForeignFile, options: OnnxImportOptions) {
  const { info, shape, image } = imageInput(file, options);
  const output = firstOutput(file, options.output);
  const imported = file.program({ input: info.name, shape, ...fed(options) }, [output], freezing(options));
  const tensor = imported.program.outputs[output]!;
  if (
    tensor.shape[0] !== BATCH ||
    sizeOf(tensor.shape.slice(1) as number[]) !== 1 ||
    tensor.dtype !== 'float32'
  )
    throw new GraftError('bad-data', {
      what: `value '${output}' of ${file.path}`,
      problem: `is ${tensor.dtype} [${tensor.shape.join(', ')}], not one log-probability for each example`,
      hint: 'A scorer gives [batch] or [batch, 1] in nats; take another value with output=NAME.',
    });
  const flat = program({ score: reshape(tensor, [BATCH]) });
  const p = takingImages(flat, info.name, image, normal(options));
  return assembleImported({ ...factsOf(options), image }, { programs: { score: p }, weights: imported });
}

/** An encoder and a decoder in files of their own. */
function pairedAutoencoder(decoderFile: ForeignFile, encoderFile: ForeignFile, options: OnnxImportOptions) {
  const { info, shape, image } = imageInput(encoderFile, { ...options, role: 'autoencoder' });
  const code = firstOutput(encoderFile, options.code);
  const wanted = [code, ...(options.logVariance === undefined ? [] : [options.logVariance])];
  const encoded = encoderFile.program(
    { input: info.name, shape, fill: {}, constants: options.constants ?? [] },
    wanted,
    freezing(options),
  );
  const width = sizeOf(requireRows(encoderFile, code, encoded.program.outputs[code]!, 'a code'));
  const decoded = decoderOf(decoderFile, withoutInput(options), width);
  const same = image.every((d, i) => d === decoded.image[i]);
  if (width !== decoded.latent || !same)
    throw new GraftError('shape-mismatch', {
      op: 'encoder and decoder',
      shapes: [
        [...image, width],
        [...decoded.image, decoded.latent],
      ],
      rule: 'both need one size of image (channels, height, width) and one length of code',
    });
  const encoder = under('encoder', encoded);
  const decoder = under('decoder', decoded.imported);
  const flat = flatCodes(encoder.program, code, options.logVariance, width);
  return assembleImported(
    { ...factsOf(options), image, latent: width, variational: options.logVariance !== undefined },
    {
      programs: {
        encode: takingImages(flat, info.name, image, normal(options)),
        decode: givingImages(
          takingCodes(decoder.program, decoded.name, width),
          decoded.output,
          image,
          range(options),
        ),
      },
      weights: joined(encoder, decoder),
    },
  );
}

/** Which input is meant is said of the encoder: the decoder's is its first. */
function withoutInput({ input: _, ...rest }: OnnxImportOptions): OnnxImportOptions {
  return rest;
}

function flatCodes(p: Program, code: string, logVariance: string | undefined, width: number): Program {
  const flat = (name: string) => reshape(p.outputs[name]!, [BATCH, width]);
  return program({
    code: flat(code),
    ...(logVariance === undefined ? {} : { logVariance: flat(logVariance) }),
  });
}

const joined = (a: ImportedProgram, b: ImportedProgram): ImportedParts['weights'] => ({
  parameters: [...a.parameters, ...b.parameters],
  state: [...a.state, ...b.state],
  layers: [...a.layers, ...b.layers],
});

/** An autoencoder in one file, cut at its code. */
function wholeAutoencoder(file: ForeignFile, options: OnnxImportOptions) {
  const { info, shape, image } = imageInput(file, options);
  const output = firstOutput(file, options.output);
  const wanted = [
    ...new Set([output, options.code, options.logVariance].filter((n): n is string => n !== undefined)),
  ];
  const imported = file.program({ input: info.name, shape, ...fed(options) }, wanted, freezing(options));
  const { outputs } = imported.program;
  const result = outputs[output]!;
  const made = requireRows(file, output, result, 'an image');
  if (sizeOf(made) !== sizeOf(image))
    throw new GraftError('shape-mismatch', {
      op: `input and output of ${file.path}`,
      shapes: [shape, made],
      rule: 'an autoencoder gives back what it takes; choose the output with output=NAME',
    });
  const code =
    options.code === undefined ? findCode(imported.program, info.name, output) : outputs[options.code];
  if (code === undefined || !separates(code, result, info.name))
    throw new GraftError('bad-data', {
      what: `the code of ${file.path}`,
      problem:
        code === undefined
          ? `was not found: no value narrower than an image holds all that '${output}' knows of it`
          : `is not '${options.code}': '${output}' knows more of the input`,
      hint: 'Name the value with code=NAME.',
    });
  const width = sizeOf(requireRows(file, options.code ?? 'code', code, 'a code'));
  const { above } = cut({ inputs: [], outputs: { [output]: result } }, { code });
  const below = program({
    code: reshape(code, [BATCH, width]),
    ...(options.logVariance === undefined
      ? {}
      : { logVariance: reshape(outputs[options.logVariance]!, [BATCH, width]) }),
  });
  return assembleImported(
    { ...factsOf(options), image, latent: width, variational: options.logVariance !== undefined },
    {
      programs: {
        encode: takingImages(below, info.name, image, normal(options)),
        decode: givingImages(takingCodes(above, 'code', width), output, image, range(options)),
      },
      weights: imported,
    },
  );
}

/** Tokens [batch, context] -> logits [batch, context, vocabulary]. */
function nextToken(file: ForeignFile, options: OnnxImportOptions) {
  const named =
    options.input ?? (file.inputs.some(({ name }) => name === 'input_ids') ? 'input_ids' : undefined);
  const info = mainInput(file, named);
  const declared = declaredShape(info)?.[0];
  const context = needed(
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
