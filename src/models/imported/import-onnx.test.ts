import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { compile } from '../../engine/compile.ts';
import { GraftError } from '../../errors.ts';
import { encodeModel } from '../../onnx/encode-model.ts';
import type {
  AttributeValue,
  GraphProto,
  NodeProto,
  TensorProto,
  ValueInfo,
} from '../../onnx/model-proto.ts';
import { stream } from '../../random.ts';
import { input } from '../../tensor/build.ts';
import { program } from '../../tensor/program.ts';
import { createContext } from '../context.ts';
import type { Model, Weights } from '../model.ts';
import { mapExamples } from '../run-model.ts';
import { weightFeeds } from '../weights.ts';
import { checkCausal } from './check-causal.ts';
import { checkExamplesApart } from './check-examples-apart.ts';
import { importOnnx } from './import-onnx.ts';
import type { OnnxImportOptions } from './onnx-import-options.ts';

const folder = mkdtempSync(join(tmpdir(), 'graft-onnx-'));
afterAll(() => rmSync(folder, { recursive: true }));

const ints = (value: readonly number[]): AttributeValue => ({ kind: 'ints', value });
const int = (value: number): AttributeValue => ({ kind: 'int', value });
const node = (
  opType: string,
  inputs: readonly string[],
  outputs: readonly string[],
  attributes: Readonly<Record<string, AttributeValue>> = {},
): NodeProto => ({ opType, domain: '', name: `/${outputs[0]}/${opType}`, inputs, outputs, attributes });

/** A stored float tensor with small distinct values. */
function weight(name: string, dims: readonly number[]): TensorProto {
  const data = Float32Array.from(
    { length: dims.reduce((a, b) => a * b, 1) },
    (_, i) => Math.sin(i + name.length) / 4,
  );
  return { name, type: 'float32', dims, raw: new Uint8Array(data.buffer) };
}
const whole = (name: string, values: readonly number[]): TensorProto => ({
  name,
  type: 'int64',
  dims: [values.length],
  raw: new Uint8Array(BigInt64Array.from(values, BigInt).buffer),
});

let files = 0;
function write(
  nodes: readonly NodeProto[],
  inputs: readonly ValueInfo[],
  outputs: readonly string[],
  initializers: readonly TensorProto[] = [],
): string {
  const graph: GraphProto = {
    name: 'g',
    nodes,
    initializers,
    inputs,
    outputs: outputs.map((name) => ({ name, type: 'float32' })),
  };
  const path = join(folder, `${files++}.onnx`);
  writeFileSync(
    path,
    encodeModel({
      irVersion: 8,
      producerName: '',
      producerVersion: '',
      opsets: { '': 17 },
      metadata: {},
      graph,
    }),
  );
  return path;
}
const value = (
  name: string,
  shape: readonly (number | string)[],
  type: ValueInfo['type'] = 'float32',
): ValueInfo => ({
  name,
  type,
  shape,
});

/** The first samples of a model for given latent vectors. */
async function decoded(
  { model, weights }: { model: Model; weights: Weights },
  z: Float32Array,
): Promise<Float32Array> {
  const { sampler } = model;
  if (sampler.kind !== 'latent') throw new Error('no latent sampler');
  const context = createContext(model, { batchSize: z.length / sampler.latent });
  const p = program({ x: sampler.decode(context, input('z', [z.length / sampler.latent, sampler.latent])) });
  const executable = await compile(p);
  const names = new Set(p.inputs.map(({ attributes }) => attributes.name));
  const feeds = Object.entries({ ...weightFeeds(weights), z }).filter(([name]) => names.has(name));
  const { x } = await executable.run(Object.fromEntries(feeds));
  await executable.dispose();
  return x as Float32Array;
}

const problem = (path: string, options: OnnxImportOptions): GraftError => {
  try {
    importOnnx(path, options);
  } catch (error) {
    if (error instanceof GraftError) return error;
    throw error;
  }
  throw new Error('it was imported');
};

describe('generators', () => {
  const linear = [node('MatMul', ['z', 'net.0.weight'], ['flat'])];

  test('channels last, values -1 to 1, a latent vector as a picture of one pixel', async () => {
    const path = write(
      [
        node('Reshape', ['z', 'row'], ['vector']),
        node('MatMul', ['vector', 'net.0.weight'], ['flat']),
        node('Reshape', ['flat', 'picture'], ['wide']),
        node('Tanh', ['wide'], ['y']),
      ],
      [value('z', ['batch', 3, 1, 1])],
      ['y'],
      [weight('net.0.weight', [3, 12]), whole('row', [-1, 3]), whole('picture', [-1, 2, 2, 3])],
    );
    const made = importOnnx(path, { role: 'generator', outputMean: [0.5], outputStd: [0.5] });
    expect(made.model.config).toMatchObject({ image: [3, 2, 2], latent: 3 });
    expect(made.model.layers).toEqual(['net/0']);
    // The matrix stands as a linear layer's: [out, in].
    expect(made.model.parameters[0]!.shape).toEqual([12, 3]);
    expect(made.model.linears).toEqual(['net/0']);
    const w = new Float32Array(weight('net.0.weight', [3, 12]).raw.buffer);
    const x = await decoded(made, Float32Array.of(1, 2, 3));
    for (let c = 0; c < 3; c++)
      for (let i = 0; i < 4; i++) {
        const at = i * 3 + c;
        const value = Math.tanh(w[at]! + 2 * w[12 + at]! + 3 * w[24 + at]!);
        expect(x[c * 4 + i]!).toBeCloseTo(value / 2 + 0.5, 5);
      }
  });

  test('a file for one example serves any number', async () => {
    const path = write(
      [...linear, node('Reshape', ['flat', 'one'], ['y'])],
      [value('z', [1, 3])],
      ['y'],
      [weight('net.0.weight', [3, 4]), whole('one', [1, 1, 2, 2])],
    );
    expect(await decoded(importOnnx(path, { role: 'generator' }), new Float32Array(15))).toHaveLength(20);
  });

  test('a latent vector of open length', () => {
    const path = write(linear, [value('z', ['batch', 'latent'])], ['flat'], [weight('net.0.weight', [3, 4])]);
    expect(problem(path, { role: 'generator' }).message).toContain('latent=N');
    expect(importOnnx(path, { role: 'generator', latent: 3 }).model.config).toMatchObject({ latent: 3 });
  });

  test('an output without examples is refused, with those before it', () => {
    const path = write(
      [...linear, node('Gather', ['flat', 'first'], ['y'])],
      [value('z', ['batch', 3])],
      ['y'],
      [weight('net.0.weight', [3, 4]), whole('first', [0])],
    );
    expect(problem(path, { role: 'generator' }).message).toContain('[batch, 4]');
  });
});

describe('what is said and would mean nothing', () => {
  const generator = write(
    [node('MatMul', ['z', 'net.0.weight'], ['y'])],
    [value('z', ['batch', 3])],
    ['y'],
    [weight('net.0.weight', [3, 4])],
  );

  test.each([
    [{ logVariance: 'y' }, 'logVariance and --as generator cannot be combined'],
    [{ context: 4 }, 'it says something of --as next-token'],
    [{ encoder: generator }, '--encoder and --as generator'],
    [{ mean: [0.5] }, 'mean and --as generator'],
    [{ fill: { lable: 'zeros' } }, "unknown input of fill 'lable'"],
    [{ constants: ['net.0.wieght'] }, "Did you mean 'net.0.weight'?"],
    [{ latent: 4 }, 'latent is 4'],
    [{ image: [1, 3, 3] }, "image is '1x3x3'"],
  ] as const)('%j is refused', (said, words) => {
    expect(problem(generator, { role: 'generator', ...(said as object) }).message).toContain(words);
  });

  test('a length of sequences other than that of the file', () => {
    const language = write(
      [node('Gather', ['embedding.weight', 'tokens'], ['scores'])],
      [value('tokens', ['batch', 4], 'int64')],
      ['scores'],
      [weight('embedding.weight', [5, 5])],
    );
    expect(problem(language, { role: 'next-token', context: 8 }).message).toContain('context is 8');
    expect(importOnnx(language, { role: 'next-token', context: 4 }).model.config).toMatchObject({
      context: 4,
    });
  });
});

describe('gradients', () => {
  const rounded = write(
    [
      node('MatMul', ['z', 'a.weight'], ['h']),
      node('Round', ['h'], ['whole']),
      node('MatMul', ['whole', 'b.weight'], ['y']),
    ],
    [value('z', ['batch', 3])],
    ['y'],
    [weight('a.weight', [3, 2]), weight('b.weight', [2, 4])],
  );

  test('the error names operator, node and the layers that could still be trained', () => {
    const { code, message } = problem(rounded, { role: 'generator' });
    expect(code).toBe('no-rule');
    expect(message).toContain("node '/whole/Round' (Round)");
    expect(message).toContain('No gradient reaches the layers a behind it');
    expect(message).toContain('Could still be trained: b');
  });

  test('the others can be kept as they are', () => {
    const { model } = importOnnx(rounded, { role: 'generator', freeze: true });
    expect(model.layers).toEqual(['b']);
    expect(model.parameters.map(({ name }) => name)).toEqual(['b/weight']);
  });
});

describe('autoencoders', () => {
  const encoder = write(
    [
      node('Flatten', ['x'], ['flat']),
      node('Gemm', ['flat', 'fc.weight', 'fc.bias'], ['code'], { transB: int(1) }),
    ],
    [value('x', ['batch', 1, 2, 2])],
    ['code'],
    [weight('fc.weight', [2, 4]), weight('fc.bias', [2])],
  );
  const decoder = (latent: number) =>
    write(
      [node('MatMul', ['z', 'fc.weight'], ['flat']), node('Reshape', ['flat', 'picture'], ['y'])],
      [value('z', ['batch', latent])],
      ['y'],
      [weight('fc.weight', [latent, 4]), whole('picture', [-1, 1, 2, 2])],
    );
  const whole1 = write(
    [
      node('Flatten', ['x'], ['flat']),
      node('MatMul', ['flat', 'in.weight'], ['code']),
      node('MatMul', ['code', 'out.weight'], ['back']),
      node('Reshape', ['back', 'picture'], ['y']),
    ],
    [value('x', ['batch', 1, 'height', 'width'])],
    ['y'],
    [weight('in.weight', [4, 2]), weight('out.weight', [2, 4]), whole('picture', [-1, 1, 2, 2])],
  );

  test('in two files', () => {
    const { model } = importOnnx(decoder(2), { role: 'autoencoder', encoder });
    expect(model.layers).toEqual(['encoder/fc', 'decoder/fc']);
    expect(model.linears).toEqual(['encoder/fc', 'decoder/fc']);
  });

  test('in two files that do not fit', () => {
    expect(problem(decoder(3), { role: 'autoencoder', encoder }).code).toBe('shape-mismatch');
  });

  test('in one file, cut at the narrowest value', async () => {
    const made = importOnnx(whole1, { role: 'autoencoder', image: [1, 2, 2], mean: [0.5], std: [2] });
    expect(made.model.config).toMatchObject({ latent: 2 });
    const codes = await mapExamples(
      made.model,
      made.weights,
      { count: 1, fields: { x: { shape: [1, 2, 2], data: Float32Array.of(0, 0.5, 1, 0.25) } } },
      (context) => made.model.encode!(context),
      stream(0),
      { batchSize: 1, threads: 1, device: 'cpu' },
    );
    const w = new Float32Array(weight('in.weight', [4, 2]).raw.buffer);
    const x = [-0.25, 0, 0.25, -0.125];
    for (const j of [0, 1])
      expect(codes.data[j]).toBeCloseTo(
        x.reduce((s, v, i) => s + v * w[2 * i + j]!, 0),
        5,
      );
  });

  test('in one file: the bias behind the narrowest product belongs to the code, the next product does not', async () => {
    const path = write(
      [
        node('Flatten', ['x'], ['flat']),
        node('Gemm', ['flat', 'in.weight', 'in.bias'], ['code']),
        node('MatMul', ['code', 'turn.weight'], ['turned']),
        node('MatMul', ['turned', 'out.weight'], ['back']),
        node('Reshape', ['back', 'picture'], ['y']),
      ],
      [value('x', ['batch', 1, 2, 2])],
      ['y'],
      [
        weight('in.weight', [4, 2]),
        weight('in.bias', [2]),
        weight('turn.weight', [2, 2]),
        weight('out.weight', [2, 4]),
        whole('picture', [-1, 1, 2, 2]),
      ],
    );
    const made = importOnnx(path, { role: 'autoencoder' });
    const codes = await mapExamples(
      made.model,
      made.weights,
      { count: 1, fields: { x: { shape: [1, 2, 2], data: new Float32Array(4) } } },
      (context) => made.model.encode!(context),
      stream(0),
      { batchSize: 1, threads: 1, device: 'cpu' },
    );
    const bias = new Float32Array(weight('in.bias', [2]).raw.buffer);
    expect([...codes.data]).toEqual([...bias]);
    expect(problem(path, { role: 'generator' }).message).toContain('--as autoencoder');
  });

  test('in one file whose size is open: it is asked for', () => {
    expect(problem(whole1, { role: 'autoencoder' }).message).toContain('image=CxHxW');
  });

  test('a value that is no code is refused', () => {
    const options = { role: 'autoencoder', image: [1, 2, 2] as [number, number, number] } as const;
    expect(problem(whole1, { ...options, code: 'nothing' }).code).toBe('unknown-name');
  });
});

test('scorers give one number for each example', () => {
  const path = (axes: readonly number[]) =>
    write(
      [
        node('Mul', ['x', 'scale.weight'], ['h']),
        node('ReduceSum', ['h', 'axes'], ['y'], { keepdims: int(0) }),
      ],
      [value('x', ['batch', 1, 2, 2])],
      ['y'],
      [weight('scale.weight', [1, 2, 2]), whole('axes', axes)],
    );
  expect(importOnnx(path([1, 2, 3]), { role: 'scorer' }).model.likelihood?.kind).toBe('exact');
  expect(problem(path([3]), { role: 'scorer' }).message).toContain(
    'not one log-probability for each example',
  );
});

test('draws for each example have an axis of their own before that of the batch: one draw, filled as is said', () => {
  const path = write(
    [
      node('Add', ['x', 'noise'], ['shifted']),
      node('Mul', ['shifted', 'scale.weight'], ['h']),
      node('ReduceSum', ['h', 'axes'], ['y'], { keepdims: int(0) }),
    ],
    [value('x', ['batch', 1, 2, 2]), value('noise', ['draws', 'batch', 1, 2, 2])],
    ['y'],
    [weight('scale.weight', [1, 2, 2]), whole('axes', [2, 3, 4])],
  );
  expect(importOnnx(path, { role: 'scorer', fill: { noise: 0.5 } }).model.likelihood?.kind).toBe('exact');
  expect(problem(path, { role: 'scorer' }).message).toContain('fill.noise=');
});

describe('next-token models', () => {
  const language = (more: readonly NodeProto[], last: string, inputs: readonly ValueInfo[] = []) =>
    write(
      [
        node('Gather', ['embedding.weight', 'tokens'], ['h']),
        ...more,
        node('MatMul', [last, 'head.weight'], ['scores']),
      ],
      [value('tokens', ['batch', 'time'], 'int64'), ...inputs],
      ['scores'],
      [weight('embedding.weight', [5, 3]), weight('head.weight', [3, 5]), whole('all', [1])],
    );
  const options: OnnxImportOptions = { role: 'next-token', context: 4 };

  test('the length of sequences is asked for where it is open', () => {
    expect(problem(language([], 'h'), { role: 'next-token' }).message).toContain('context=N');
  });

  test('masks are filled by themselves, other inputs when told', () => {
    const masked = language(
      [
        node('Cast', ['attention_mask'], ['m'], { to: int(1) }),
        node('Unsqueeze', ['m', 'last'], ['m3']),
        node('Mul', ['h', 'm3'], ['g']),
      ],
      'g',
      [value('attention_mask', ['batch', 'time'], 'int64')],
    );
    // 'last' is an axis that the file lacks: the graph names it, so it must be told.
    expect(problem(masked, options).message).toContain("reads 'last'");
    const started = language([node('Add', ['h', 'start'], ['g'])], 'g', [value('start', ['batch', 1, 3])]);
    expect(problem(started, options).message).toContain('fill.start=zeros');
    expect(importOnnx(started, { ...options, fill: { start: 'zeros' } }).model.config).toMatchObject({
      vocabulary: 5,
    });
  });

  test('the keys and values of earlier tokens that Optimum asks for are none', () => {
    const cached = language(
      [
        node('Concat', ['past_key_values.0.key', 'h'], ['all keys'], { axis: int(1) }),
        node('Add', ['h', 'all keys'], ['g']),
      ],
      'g',
      [value('past_key_values.0.key', ['batch', 'past', 3])],
    );
    expect(importOnnx(cached, options).model.config).toMatchObject({ context: 4, vocabulary: 5 });
  });

  test('scores that are no numbers are refused, those of tokens that never come are none', async () => {
    const hidden = (number: number) =>
      importOnnx(
        write(
          [node('Gather', ['embedding.weight', 'tokens'], ['h']), node('Add', ['h', 'never'], ['scores'])],
          [value('tokens', ['batch', 'time'], 'int64')],
          ['scores'],
          [
            weight('embedding.weight', [5, 5]),
            { ...weight('never', [5]), raw: new Uint8Array(Float32Array.of(0, 0, 0, 0, number).buffer) },
          ],
        ),
        options,
      );
    const [masked, broken] = [hidden(-Infinity), hidden(Number.NaN)];
    await checkCausal(masked.model, masked.weights);
    await expect(checkCausal(broken.model, broken.weights)).rejects.toMatchObject({ code: 'not-finite' });
  });

  test('scores that look ahead are refused', async () => {
    const blind = importOnnx(language([], 'h'), options);
    await checkCausal(blind.model, blind.weights);
    const seeing = importOnnx(
      language(
        [node('ReduceMean', ['h'], ['mean'], { axes: ints([1]) }), node('Add', ['h', 'mean'], ['g'])],
        'g',
      ),
      options,
    );
    await expect(checkCausal(seeing.model, seeing.weights)).rejects.toThrow('depend on tokens behind it');
  });
});

describe('models that see the other examples of a batch are refused', () => {
  const images = (nodes: readonly NodeProto[]) =>
    importOnnx(
      write(
        [
          node('Conv', ['x', 'conv.weight'], ['h'], { pads: ints([1, 1, 1, 1]) }),
          ...nodes,
          node('Sigmoid', ['g'], ['y']),
        ],
        [value('x', ['batch', 1, 4, 4])],
        ['y'],
        [
          weight('conv.weight', [1, 1, 3, 3]),
          ...['scale', 'shift', 'mean', 'spread'].map((name, i) => ({
            ...weight(`norm.${name}`, [1]),
            raw: new Uint8Array(Float32Array.of([1, 0, 0.1, 2][i]!).buffer),
          })),
        ],
      ),
      { role: 'autoencoder', code: 'h' },
    );
  const norm = (attributes: Readonly<Record<string, AttributeValue>>) => [
    node(
      'BatchNormalization',
      ['h', 'norm.scale', 'norm.shift', 'norm.mean', 'norm.spread'],
      ['g'],
      attributes,
    ),
  ];

  test('as those exported in training mode do, but not those in evaluation mode', async () => {
    const evaluating = images(norm({}));
    await checkExamplesApart(evaluating.model, evaluating.weights);
    const training = images(norm({ training_mode: int(1) }));
    await expect(checkExamplesApart(training.model, training.weights)).rejects.toMatchObject({
      code: 'unsupported',
      facts: { reason: 'what it makes of an example depends on the others in the batch' },
    });
  });

  test('whatever it is that they see of them', async () => {
    const scaled = images([
      node('ReduceMax', ['h'], ['top'], { keepdims: int(1) }),
      node('Div', ['h', 'top'], ['g']),
    ]);
    await expect(checkExamplesApart(scaled.model, scaled.weights)).rejects.toThrow('depends on the others');
  });

  test('generators and language models as well', async () => {
    const generator = importOnnx(
      write(
        [
          node('MatMul', ['z', 'net.0.weight'], ['flat']),
          node('ReduceMean', ['flat'], ['mean'], { axes: ints([0]) }),
          node('Sub', ['flat', 'mean'], ['wide']),
          node('Reshape', ['wide', 'picture'], ['y']),
        ],
        [value('z', ['batch', 3])],
        ['y'],
        [weight('net.0.weight', [3, 4]), whole('picture', [-1, 1, 2, 2])],
      ),
      { role: 'generator' },
    );
    await expect(checkExamplesApart(generator.model, generator.weights)).rejects.toThrow(
      'depends on the others',
    );
  });
});
