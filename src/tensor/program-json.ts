import { z } from 'zod';
import { GraftError } from '../errors.ts';
import { applyNode } from './build.ts';
import type { ConstantData, OpAttributes, OpName } from './ops.ts';
import { type Program, program, topologicalOrder } from './program.ts';
import { sizeOf } from './shape.ts';
import { isOp, type Node, type Tensor } from './tensor.ts';

/** A node: operation, operands (number of a node, or that and the number of its output), attributes. */
type NodeJson = readonly [
  string,
  readonly (number | readonly [number, number])[],
  Readonly<Record<string, unknown>>?,
];

/** A tensor program as JSON: nodes in an order in which operands stand first, and the outputs by name. */
export interface ProgramJson {
  readonly nodes: readonly NodeJson[];
  readonly outputs: Readonly<Record<string, number | readonly [number, number]>>;
}

/** Nodes of a program in a file at most, and elements of its constants. */
const MOST_NODES = 500_000;
const MOST_ELEMENTS = 2 ** 26;
/** Constants of up to this many elements are written as numbers, larger ones as base64 of their bytes. */
const READABLE = 16;

const whole = z.number().int();
const wholes = z.array(whole).max(64);
const sizes = z.array(z.union([whole.min(0), z.string().min(1).max(200)])).max(64);
const ends = z.array(z.union([whole, z.string().min(1).max(200)])).max(64);
/** JSON has no numbers that are not finite, and one text for 0 and -0. */
const number = z.union([
  z.number(),
  z.enum(['Infinity', '-Infinity', 'NaN', '-0']).transform((text) => Number(text)),
]);
const dtype = z.enum(['float32', 'int32', 'bool']);
const none = z.strictObject({});
const reduction = z.strictObject({ axes: wholes, keep: z.boolean() });
const window = { strides: wholes, pads: wholes };
const convolution = { ...window, dilations: wholes, groups: whole };

/** What the attributes of each operation are in a file. */
const schemas: { readonly [O in OpName]: z.ZodType } = {
  input: z.strictObject({ name: z.string(), shape: sizes, dtype }),
  constant: z.strictObject({
    data: z.union([z.array(number).max(READABLE), z.strictObject({ base64: z.string() })]),
    shape: z.array(whole.min(0)).max(64),
    dtype,
  }),
  neg: none,
  exp: none,
  log: none,
  sqrt: none,
  reciprocal: none,
  erf: none,
  abs: none,
  sign: none,
  sin: none,
  cos: none,
  atan: none,
  floor: none,
  tanh: none,
  sigmoid: none,
  relu: none,
  'leaky-relu': z.strictObject({ alpha: number }),
  elu: z.strictObject({ alpha: number }),
  gelu: z.strictObject({ approximate: z.enum(['none', 'tanh']) }),
  softplus: none,
  silu: none,
  'stop-gradient': none,
  cast: z.strictObject({ to: dtype }),
  not: none,
  add: none,
  sub: none,
  mul: none,
  div: none,
  pow: none,
  minimum: none,
  maximum: none,
  equal: none,
  less: none,
  'less-or-equal': none,
  and: none,
  or: none,
  where: none,
  matmul: z.strictObject({ transposeA: z.boolean(), transposeB: z.boolean() }),
  conv: z.strictObject(convolution),
  'conv-transpose': z.strictObject({ ...convolution, outputPadding: wholes }),
  'max-pool': z.strictObject({ ...window, kernel: wholes, dilations: wholes }),
  'average-pool': z.strictObject({ ...window, kernel: wholes, includePad: z.boolean() }),
  sum: reduction,
  mean: reduction,
  max: reduction,
  min: reduction,
  'arg-max': z.strictObject({ axis: whole }),
  cumsum: z.strictObject({ axis: whole, exclusive: z.boolean(), reverse: z.boolean() }),
  reshape: z.strictObject({ shape: sizes }),
  transpose: z.strictObject({ permutation: wholes }),
  slice: z.strictObject({ starts: wholes, ends, steps: wholes }),
  concat: z.strictObject({ axis: whole }),
  pad: z.strictObject({ before: wholes, after: wholes, value: number }),
  expand: z.strictObject({ shape: sizes }),
  gather: z.strictObject({ axis: whole }),
  'gather-elements': z.strictObject({ axis: whole }),
  'scatter-add': z.strictObject({ axis: whole, size: z.union([whole, z.string().min(1)]) }),
  'one-hot': z.strictObject({ depth: whole.min(0) }),
  'layer-norm': z.strictObject({ epsilon: number }),
  softmax: none,
  attention: z.strictObject({ scale: number }),
  lstm: none,
  gru: none,
};

/** Operands of each operation, at least and at most; those that are not listed have one. */
const operandCounts: Partial<Record<OpName, readonly [number, number]>> = {
  input: [0, 0],
  constant: [0, 0],
  ...Object.fromEntries(
    (
      [
        'add',
        'sub',
        'mul',
        'div',
        'pow',
        'minimum',
        'maximum',
        'equal',
        'less',
        'less-or-equal',
        'and',
        'or',
        'matmul',
        'gather',
        'gather-elements',
        'scatter-add',
      ] as const
    ).map((op) => [op, [2, 2]]),
  ),
  where: [3, 3],
  conv: [2, 3],
  'conv-transpose': [2, 3],
  concat: [1, 1e6],
  'layer-norm': [2, 3],
  attention: [3, 4],
  lstm: [2, 4],
  gru: [3, 4],
};

const place = z.union([whole.min(0), z.tuple([whole.min(0), whole.min(0)])]);

/** The schema of a program in a file; what its nodes mean is checked by `programFromJson`. */
export const programJsonSchema: z.ZodType<ProgramJson, ProgramJson> = z
  .strictObject({
    nodes: z
      .array(
        z
          .tuple([z.string(), z.array(place)])
          .or(z.tuple([z.string(), z.array(place), z.record(z.string(), z.unknown())])),
      )
      .max(MOST_NODES)
      .describe('operation, operands, attributes'),
    outputs: z.record(z.string(), place),
  })
  .describe('a tensor program') as unknown as z.ZodType<ProgramJson, ProgramJson>;

export function programToJson({ outputs }: Pick<Program, 'outputs'>): ProgramJson {
  const numbers = new Map<Node, number>();
  const placeOf = ({ node, index }: Tensor): number | readonly [number, number] =>
    index === 0 ? numbers.get(node)! : [numbers.get(node)!, index];
  const nodes = topologicalOrder(Object.values(outputs)).map((node, i): NodeJson => {
    numbers.set(node, i);
    const operands = node.inputs.map(placeOf);
    const attributes = isOp(node, 'constant') ? constantToJson(node.attributes) : node.attributes;
    const entries = Object.entries(attributes).map(([key, v]) => [key, numberToJson(v)] as const);
    return entries.length === 0 ? [node.op, operands] : [node.op, operands, Object.fromEntries(entries)];
  });
  return {
    nodes,
    outputs: Object.fromEntries(Object.entries(outputs).map(([name, tensor]) => [name, placeOf(tensor)])),
  };
}

const numberToJson = (value: unknown): unknown =>
  typeof value !== 'number' || (Number.isFinite(value) && !Object.is(value, -0))
    ? value
    : Object.is(value, -0)
      ? '-0'
      : String(value);

function constantToJson({ data, shape, dtype: type }: OpAttributes['constant']) {
  if (data.length <= READABLE) return { data: Array.from(data, numberToJson), shape, dtype: type };
  const typed: ConstantData =
    type === 'float32'
      ? Float32Array.from(data)
      : type === 'int32'
        ? Int32Array.from(data)
        : Uint8Array.from(data);
  const bytes = Buffer.from(typed.buffer, typed.byteOffset, typed.byteLength);
  return { data: { base64: bytes.toString('base64') }, shape, dtype: type };
}

/** The program of a file. Everything in it is checked: fails with `invalid-value` or `shape-mismatch`. */
export function programFromJson({ nodes, outputs }: ProgramJson, what = 'program'): Program {
  const made: Node[] = [];
  const fail = (where: string, received: unknown, allowed: string): never => {
    throw new GraftError('invalid-value', { what: `${what}: ${where}`, received, allowed });
  };
  const find = (where: string, at: number | readonly [number, number]): Tensor => {
    const [node, index] = typeof at === 'number' ? [at, 0] : at;
    return made[node]?.outputs[index] ?? fail(where, at, 'an output of a node before it');
  };
  let elements = 0;
  for (const [i, [op, operands, attributes = {}]] of nodes.entries()) {
    const where = `node ${i} (${op})`;
    if (!Object.hasOwn(schemas, op)) fail(`node ${i}`, op, 'an operation of tensor programs');
    const parsed = schemas[op as OpName].safeParse(attributes);
    if (!parsed.success)
      return fail(where, attributes, `attributes that fit: ${parsed.error.issues[0]?.message ?? ''}`);
    const [least, most] = operandCounts[op as OpName] ?? [1, 1];
    if (operands.length < least || operands.length > most)
      fail(where, operands.length, `${least === most ? least : `${least} to ${most}`} operands`);
    let given = parsed.data as OpAttributes[OpName];
    if (op === 'constant') {
      const constant = given as unknown as { shape: readonly number[]; data: unknown };
      elements += sizeOf(constant.shape);
      if (!(elements <= MOST_ELEMENTS))
        fail(where, constant.shape, `constants of ${MOST_ELEMENTS} elements in all`);
      given = { ...given, data: constantFromJson(where, given as never, fail) } as OpAttributes[OpName];
    }
    made.push(
      applyNode(
        op as OpName,
        operands.map((at) => find(where, at)),
        given,
      ),
    );
  }
  return program(
    Object.fromEntries(Object.entries(outputs).map(([name, at]) => [name, find(`output '${name}'`, at)])),
  );
}

function constantFromJson(
  where: string,
  {
    data,
    shape,
    dtype: type,
  }: { data: number[] | { base64: string }; shape: readonly number[]; dtype: 'float32' | 'int32' | 'bool' },
  fail: (where: string, received: unknown, allowed: string) => never,
): ConstantData {
  const size = sizeOf(shape);
  const constructors = { float32: Float32Array, int32: Int32Array, bool: Uint8Array } as const;
  if (Array.isArray(data)) {
    if (data.length !== size) fail(where, data.length, `${size} numbers for its shape`);
    return type === 'float32' ? Float64Array.from(data) : constructors[type].from(data);
  }
  const bytes = Uint8Array.from(Buffer.from(data.base64, 'base64'));
  const width = constructors[type].BYTES_PER_ELEMENT;
  if (bytes.length !== size * width) fail(where, bytes.length, `${size * width} bytes for its shape`);
  return new constructors[type](bytes.buffer);
}
