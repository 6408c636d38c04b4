import { input } from '../src/tensor/build.ts';
import { gather, reshape } from '../src/tensor/functions/arrangement.ts';
import { add, mul, neg, sigmoid, square, tanh } from '../src/tensor/functions/elementwise.ts';
import { linear, matmul } from '../src/tensor/functions/linear.ts';
import { layerNorm } from '../src/tensor/functions/normalisation.ts';
import { cumsum, sum } from '../src/tensor/functions/reduction.ts';
import { program } from '../src/tensor/program.ts';
import { programToJson } from '../src/tensor/program-json.ts';

const spec = (name: string, shape: number[], layer: string) => ({
  name,
  shape,
  layer,
  decay: shape.length > 1,
  initial: { draw: 'normal' as const, deviation: 0.3 },
});
const w = (name: string, shape: number[]) => input(`parameter/${name}`, shape);
const x = input('x', ['batch', 1, 4, 4]);
const z = input('z', ['batch', 3]);
const flat = reshape(x, ['batch', 16]);
const code = linear(flat, w('encoder/0/weight', [3, 16]), w('encoder/0/bias', [3]));
const decoded = linear(tanh(linear(z, w('decoder/0/weight', [5, 3]))), w('decoder/1/weight', [16, 5]));
const encoderSpecs = [
  spec('encoder/0/weight', [3, 16], 'encoder/0'),
  spec('encoder/0/bias', [3], 'encoder/0'),
];
const decoderSpecs = [
  spec('decoder/0/weight', [5, 3], 'decoder/0'),
  spec('decoder/1/weight', [16, 5], 'decoder/1'),
];
const image = reshape(decoded, ['batch', 1, 4, 4]);
const image4 = [1, 4, 4];
const decode = (output: typeof image) => programToJson(program({ x: output }));

const tokens = input('tokens', ['batch', 5], 'int32');
const h = gather(w('embedding/weight', [7, 4]), tokens, 0);
const seen = layerNorm(cumsum(h, 1), w('body/scale', [4]), w('body/bias', [4]));
const logits = matmul(seen, w('head/weight', [4, 7]));

/** Small models of other programs, in every role. */
export const importedCases: Record<string, Record<string, unknown>> = {
  autoencoder: {
    role: 'autoencoder',
    image: image4,
    latent: 3,
    layers: ['encoder/0', 'decoder/0', 'decoder/1'],
    parameters: [...encoderSpecs, ...decoderSpecs],
    state: [],
    programs: { encode: programToJson(program({ code })), decode: decode(sigmoid(image)) },
  },
  'variational, bernoulli': {
    role: 'autoencoder',
    image: image4,
    latent: 3,
    loss: 'bernoulli',
    variational: true,
    layers: ['encoder/0', 'encoder/1', 'decoder/0', 'decoder/1'],
    parameters: [...encoderSpecs, spec('encoder/1/weight', [3, 16], 'encoder/1'), ...decoderSpecs],
    state: [],
    programs: {
      encode: programToJson(
        program({ code, logVariance: matmul(flat, w('encoder/1/weight', [3, 16]), { transposeB: true }) }),
      ),
      decode: decode(sigmoid(image)),
    },
  },
  'generator, statistics in its state': {
    role: 'generator',
    image: image4,
    latent: 3,
    candidates: 4,
    prior: 'uniform',
    layers: ['decoder/0', 'decoder/1'],
    parameters: decoderSpecs,
    state: [{ name: 'decoder/1/mean', shape: [4], layer: 'decoder/1', initial: 0.25 }],
    programs: { decode: decode(sigmoid(add(image, input('state/decoder/1/mean', [4])))) },
  },
  scorer: {
    role: 'scorer',
    image: image4,
    layers: ['encoder/0'],
    parameters: encoderSpecs,
    state: [],
    programs: { score: programToJson(program({ score: mul(neg(sum(square(code), 1)), 0.5) })) },
  },
  'next-token': {
    role: 'next-token',
    vocabulary: 7,
    context: 5,
    layers: ['embedding', 'body', 'head'],
    parameters: [
      spec('embedding/weight', [7, 4], 'embedding'),
      spec('body/scale', [4], 'body'),
      spec('body/bias', [4], 'body'),
      spec('head/weight', [4, 7], 'head'),
    ],
    state: [],
    programs: { logits: programToJson(program({ logits })) },
  },
};
