import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { unzipSync } from 'fflate';
import { expect, test } from 'vitest';
import { decodeModel } from '../../src/onnx/decode-model.ts';
import { encodeModel } from '../../src/onnx/encode-model.ts';

const shared = process.env.GRAFT_SHARED ?? fileURLToPath(new URL('../../../shared', import.meta.url));
const zip = join(shared, 'onnx-node-tests', 'node-tests.zip');
const models = join(shared, 'models');

/** Paths of all .onnx files below the shared models. */
const modelFiles = existsSync(models)
  ? readdirSync(models, { recursive: true })
      .map(String)
      .filter((file) => file.endsWith('.onnx'))
  : [];

test.skipIf(!existsSync(zip))('reads the models of the ONNX standard’s own node tests', () => {
  const files = unzipSync(readFileSync(zip), { filter: ({ name }) => name.endsWith('model.onnx') });
  let nodes = 0;
  for (const [name, bytes] of Object.entries(files)) {
    const model = readIfSupported(bytes, name);
    if (model === undefined) continue;
    expect(model.graph.nodes.length, name).toBeGreaterThan(0);
    const again = decodeModel(encodeModel(model), name);
    expect(again.graph.nodes, name).toEqual(model.graph.nodes);
    nodes += model.graph.nodes.length;
  }
  expect(nodes).toBeGreaterThan(500);
});

/** Models with sequences, texts or other element types than Graft's are refused, with those words. */
function readIfSupported(bytes: Uint8Array, name: string) {
  try {
    return decodeModel(bytes, name);
  } catch (error) {
    expect(String(error)).toMatch(/not a tensor|holds texts|unsupported element type|unsupported type/);
    return undefined;
  }
}

test.skipIf(modelFiles.length === 0)('reads models that other programs wrote', () => {
  for (const file of modelFiles) {
    const model = decodeModel(readFileSync(join(models, file)), file);
    expect(model.graph.nodes.length, file).toBeGreaterThan(0);
    expect(model.graph.initializers.length, file).toBeGreaterThan(0);
  }
});
