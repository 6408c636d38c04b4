import { GraftError } from '../../errors.ts';
import { reshape } from '../../tensor/functions/arrangement.ts';
import { BATCH, type ImportedProgram } from '../../tensor/imported-program.ts';
import { cut } from '../../tensor/passes/cut.ts';
import { type Program, program } from '../../tensor/program.ts';
import { sizeOf } from '../../tensor/shape.ts';
import { givingImages, imageOf, takingCodes, takingImages } from './adapt-images.ts';
import { assembleImported, type ImportedParts, under } from './assemble-imported.ts';
import { findCode, separates } from './find-code.ts';
import type { ForeignFile } from './foreign-file.ts';
import {
  declaredShape,
  decoderOf,
  factsOf,
  fed,
  firstOutput,
  freezing,
  imageInput,
  mainInput,
  normal,
  range,
  requireRows,
} from './foreign-values.ts';
import type { OnnxImportOptions } from './onnx-import-options.ts';

/** An encoder and a decoder in files of their own. */
export function pairedAutoencoder(
  decoderFile: ForeignFile,
  encoderFile: ForeignFile,
  options: OnnxImportOptions,
) {
  const { info, shape, image } = imageInput(encoderFile, { ...options, role: 'autoencoder' });
  const code = firstOutput(encoderFile, options.code);
  const wanted = [code, ...(options.logVariance === undefined ? [] : [options.logVariance])];
  const encoded = encoderFile.program(
    { input: info.name, shape, ...fed(options) },
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

/** What to do with a file that is one half of an autoencoder. */
const HALVES =
  'where this is the decoder alone, name the file of its encoder with --encoder FILE, or import it with --as generator; where it is the encoder, give the decoder as MODEL';

/** Fails where a file in place of a whole autoencoder takes codes: a vector that no image has. */
function requireWhole(file: ForeignFile, options: OnnxImportOptions): void {
  const info = mainInput(file, options.input);
  const declared = declaredShape(info);
  if (options.image !== undefined || declared === undefined || imageOf(declared, undefined) !== undefined)
    return;
  throw new GraftError('bad-data', {
    what: file.path,
    problem: `its input '${info.name}' is [${declared.join(', ')}] for each example, which is no image, so that it is no whole autoencoder`,
    hint: `If it is one, say what image the input stands for with image=CxHxW; ${HALVES}.`,
  });
}

/** An autoencoder in one file, cut at its code. */
export function wholeAutoencoder(file: ForeignFile, options: OnnxImportOptions) {
  requireWhole(file, options);
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
      rule: `an autoencoder in one file gives back what it takes; choose its output with output=NAME, or ${HALVES}`,
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
