import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { TypedArray } from '../src/engine/arrays.ts';
import { compile } from '../src/engine/compile.ts';
import { GraftError, isGraftError } from '../src/errors.ts';
import { listZip, readZipEntry } from '../src/formats/zip.ts';
import { decodeModel } from '../src/onnx/decode-model.ts';
import { decodeTensor } from '../src/onnx/decode-tensor.ts';
import { importGraph } from '../src/onnx/import-graph.ts';
import { importRules } from '../src/onnx/import-rules/index.ts';
import type { GraphProto, ModelProto, TensorProto } from '../src/onnx/model-proto.ts';
import { ProtobufReader } from '../src/onnx/protobuf-reader.ts';
import { tensorValues } from '../src/onnx/tensor-values.ts';
import { evaluate } from '../src/tensor/evaluate.ts';
import { program } from '../src/tensor/program.ts';
import { unclaimedOperators, unclaimedTests } from './onnx-node-exceptions.ts';

const shared = process.env.GRAFT_SHARED ?? fileURLToPath(new URL('../../shared', import.meta.url));
/** ONNX's own operator tests, where the shared folder is there. */
export const nodeTestFile: string = join(shared, 'onnx-node-tests', 'node-tests.zip');
export const hasNodeTests = (): boolean => existsSync(nodeTestFile);

/** One of ONNX's operator tests: a model with inputs and the outputs that it must give. */
export interface NodeTest {
  readonly name: string;
  readonly model: Uint8Array;
  readonly inputs: readonly Uint8Array[];
  readonly outputs: readonly Uint8Array[];
}

export function readNodeTests(): NodeTest[] {
  const bytes = readFileSync(nodeTestFile);
  const entries = new Map(listZip(bytes, nodeTestFile).map((entry) => [entry.name, entry]));
  const read = (name: string) => readZipEntry(bytes, entries.get(name)!, nodeTestFile);
  const series = (folder: string, kind: string) => {
    const files: Uint8Array[] = [];
    for (let i = 0; entries.has(`${folder}/test_data_set_0/${kind}_${i}.pb`); i++)
      files.push(read(`${folder}/test_data_set_0/${kind}_${i}.pb`));
    return files;
  };
  return [...entries.keys()]
    .filter((name) => name.endsWith('/model.onnx'))
    .map((name) => name.slice(0, -'/model.onnx'.length))
    .sort()
    .map((folder) => ({
      name: folder,
      model: read(`${folder}/model.onnx`),
      inputs: series(folder, 'input'),
      outputs: series(folder, 'output'),
    }));
}

/** Every operator of a graph, those of graphs inside its nodes included; other domains in front of the name. */
export function operatorsOf(graph: GraphProto): Set<string> {
  const all = new Set<string>();
  for (const { opType, domain, attributes } of graph.nodes) {
    all.add(domain === '' ? opType : `${domain}.${opType}`);
    for (const attribute of Object.values(attributes))
      if (attribute.kind === 'graph') for (const op of operatorsOf(attribute.value)) all.add(op);
  }
  return all;
}

export interface Unclaimed {
  readonly test: NodeTest;
  readonly reason: string;
}

/**
 * The tests by whether every operator in them can be imported: those that are claimed under one of their operators,
 * and the others with the reason. Fails where there is none.
 */
export function classifyNodeTests(): { claimed: Map<string, NodeTest[]>; unclaimed: Unclaimed[] } {
  const claimed = new Map<string, NodeTest[]>();
  const unclaimed: Unclaimed[] = [];
  for (const one of readNodeTests()) {
    const found = reasonOf(one);
    if (found.reason !== undefined) {
      unclaimed.push({ test: one, reason: found.reason });
      continue;
    }
    // Under the operator that fewest tests are about, so that each operator of a rule gets a line.
    const operators = [...found.operators];
    const own = operators.find((op) => !claimed.has(op)) ?? operators[0]!;
    claimed.set(own, [...(claimed.get(own) ?? []), one]);
  }
  return { claimed, unclaimed };
}

function reasonOf({ name, model }: NodeTest): { reason?: string; operators: ReadonlySet<string> } {
  const excepted = Object.entries(unclaimedTests).find(([, pattern]) => pattern.test(name));
  let operators: ReadonlySet<string> = new Set();
  try {
    operators = operatorsOf(decodeModel(model, name).graph);
  } catch (error) {
    if (!(error instanceof GraftError)) throw error;
    // Its element types or sequences cannot even be read.
    const reason = excepted?.[0] ?? reasonByName(name);
    if (reason === undefined)
      throw new Error(`${name} cannot be read, and no reason is given: ${error.message}`);
    return { reason, operators };
  }
  if (excepted !== undefined) return { reason: excepted[0], operators };
  const missing = [...operators].filter((op) => !Object.hasOwn(importRules, op));
  if (missing.length === 0) return { operators };
  const reason = Object.entries(unclaimedOperators).find(([, ops]) =>
    missing.some((op) => ops.includes(op)),
  )?.[0];
  if (reason === undefined) throw new Error(`${name}: no reason is given for ${missing.join(', ')}`);
  return { reason, operators };
}

/** The reason of the operator that a test is named after. */
const reasonByName = (name: string): string | undefined =>
  Object.entries(unclaimedOperators).find(([, ops]) =>
    ops.some((op) => {
      const plain = op.split('.').pop()!.toLowerCase();
      return (
        name.replaceAll('_', '').startsWith(`test${plain}`) || name.replaceAll('_', '').includes(`ml${plain}`)
      );
    }),
  )?.[0];

interface Stored {
  readonly tensor: TensorProto;
  readonly values: Float64Array;
}

/** A TensorProto that is a file of its own. */
function readTensor(bytes: Uint8Array): Stored {
  const length: number[] = [];
  for (let rest = bytes.length; ; rest = Math.floor(rest / 128)) {
    length.push(rest >= 128 ? (rest % 128) | 128 : rest);
    if (rest < 128) break;
  }
  const reader = new ProtobufReader(Uint8Array.from([10, ...length, ...bytes]), 'tensor');
  let tensor: TensorProto | undefined;
  reader.fields((field) => {
    tensor = decodeTensor(reader, field);
    return true;
  });
  return { tensor: tensor!, values: tensorValues(tensor!, tensor!.raw) };
}

/** Imports the model of a test; inputs that decide about shapes are given as values, and only those. */
function importTest(model: ModelProto, inputs: ReadonlyMap<string, Stored>) {
  const shapes = Object.fromEntries([...inputs].map(([name, { tensor }]) => [name, tensor.dims]));
  const values: Record<string, Float64Array> = {};
  for (;;) {
    try {
      const imported = importGraph(model, { shapes, values });
      return { imported, fixed: Object.keys(values) };
    } catch (error) {
      // The message names the input that must be known.
      const name = isGraftError(error, 'unsupported')
        ? [...inputs.keys()].find((n) => error.message.includes(`'${n}') is computed from data`))
        : undefined;
      const open =
        name ??
        (isGraftError(error, 'unsupported') && error.message.includes('computed from data')
          ? [...inputs.keys()].find((n) => values[n] === undefined)
          : undefined);
      if (open === undefined || values[open] !== undefined) throw error;
      values[open] = inputs.get(open)!.values;
    }
  }
}

const RELATIVE = 1e-3;
const ABSOLUTE = 1e-7;

function compare(what: string, got: ArrayLike<number>, shape: readonly number[], wanted: Stored): void {
  const { dims } = wanted.tensor;
  if (shape.length !== dims.length || shape.some((d, i) => d !== dims[i]))
    throw new Error(`${what}: shape [${shape}] where [${dims}] is right`);
  for (let i = 0; i < wanted.values.length; i++) {
    const [a, b] = [got[i]!, wanted.values[i]!];
    const equal = a === b || (Number.isNaN(a) && Number.isNaN(b));
    if (!equal && !(Math.abs(a - b) <= ABSOLUTE + RELATIVE * Math.abs(b)))
      throw new Error(`${what}: element ${i} is ${a} where ${b} is right`);
  }
}

/** Runs a test in the reference evaluator and on the engine; fails with what is wrong. */
export async function runNodeTest(test: NodeTest): Promise<void> {
  const model = decodeModel(test.model, test.name);
  const given = new Map(
    test.inputs.map((bytes, i) => [model.graph.inputs[i]!.name, readTensor(bytes)] as const),
  );
  const { imported } = importTest(model, given);
  const wanted = test.outputs.map(readTensor);
  const names = model.graph.outputs.map(({ name }) => name);
  const outputs = Object.fromEntries(names.map((name) => [`output ${name}`, imported.outputs[name]!]));
  const p = program(outputs);
  const used = p.inputs.map(({ attributes }) => attributes);
  const stored = new Map(imported.weights.map((w) => [`weight:${w.name}`, w.values]));
  const valuesOf = (name: string): Float64Array => stored.get(name) ?? given.get(name)!.values;

  const reference = evaluate(p, Object.fromEntries(used.map(({ name }) => [name, valuesOf(name)])));
  names.forEach((name, i) => {
    const { data, shape } = reference[`output ${name}`]!;
    compare(`reference, ${name}`, data, shape, wanted[i]!);
  });
  const executable = await compile(p);
  try {
    const constructors = { float32: Float32Array, int32: Int32Array, bool: Uint8Array } as const;
    const feeds = Object.fromEntries(
      used.map(({ name, dtype }) => [name, constructors[dtype].from(valuesOf(name)) as TypedArray]),
    );
    const got = await executable.run(feeds);
    names.forEach((name, i) => {
      const key = `output ${name}`;
      compare(`engine, ${name}`, got[key]!, outputs[key]!.shape as number[], wanted[i]!);
    });
  } finally {
    await executable.dispose();
  }
}
