import type { Initial, ParameterSpec } from '../tensor/parameters.ts';
import { sizeOf } from '../tensor/shape.ts';
import { madeUpName } from './made-up-name.ts';
import type { NodeProto } from './model-proto.ts';
import type { StoredWeight } from './stored-tensors.ts';

/** A stored tensor with the place that it has in a model of Graft. */
export interface NamedWeight extends ParameterSpec {
  readonly stored: StoredWeight;
}

/**
 * Names weights and groups them in layers, in the order in which the graph reads them. Names with a path (PyTorch's
 * `h.0.attn.weight`, Keras' `model/dense/MatMul/ReadVariableOp:0`) keep it: a layer is the path up to and including
 * its first number (a block of a stack), or the whole path where it has none. Names that exporters made up are
 * replaced by the place of the node that reads them.
 */
export function nameWeights(weights: readonly StoredWeight[]): NamedWeight[] {
  const taken = new Set<string>();
  return weights.map((stored) => {
    const path = pathOf(stored);
    const layer = path.slice(0, blockEnd(path)).join('/');
    let name = path.join('/');
    for (let i = 2; taken.has(name); i++) name = `${path.join('/')}-${i}`;
    taken.add(name);
    return {
      name,
      layer,
      shape: stored.shape,
      decay: stored.shape.length > 1,
      initial: initialOf(stored),
      stored,
    };
  });
}

/** Number of leading parts of a weight's path that name its layer; the last part is the weight itself. */
function blockEnd(path: readonly string[]): number {
  const first = path.findIndex((part, i) => i > 0 && i < path.length - 1 && /^\d+$/.test(part));
  return first < 0 ? Math.max(1, path.length - 1) : first + 1;
}

/** Parts of TensorFlow's names that say how a graph was made, not what it is. */
const plumbing =
  /^(StatefulPartitionedCall|PartitionedCall|ReadVariableOp|Cast|Tensordot|sequential|model|functional)(_\d+)*$/i;
const kinds: Readonly<Record<string, string>> = {
  BiasAdd: 'bias',
  MatMul: 'kernel',
  Conv2D: 'kernel',
  Conv1D: 'kernel',
  convolution: 'kernel',
  conv_transpose: 'kernel',
  GatherV2: 'weight',
};

function pathOf(stored: StoredWeight): readonly string[] {
  const name = stored.name.replace(/:\d+$/, '').replace(/__\d+$/, '');
  // A name without a path says no more than the place of the node that reads it.
  if (!madeUpName(name) && /[./]/.test(name.slice(1, -1))) {
    const parts = name.split(/[./]/).filter((part) => part !== '');
    const kept = name.includes('/') ? parts.filter((part) => !plumbing.test(part)) : parts;
    const last = kept.at(-1);
    if (kept.length > 1 && last !== undefined) return [...kept.slice(0, -1), kinds[last] ?? last];
  }
  const { reader } = stored;
  if (reader.scope) return [...reader.scope.split('.'), roleOf(stored.name, reader)];
  // PyTorch repeats the module before an entry of a list: '/net/net.0/Conv'.
  const written = reader.name
    .split('/')
    .filter((part, i, all) => !all[i + 1]?.startsWith(`${part}.`) || part === '');
  const parts = written
    .join('/')
    .split(/[./]/)
    // PyTorch's node names begin with a slash, and its modules may well be called 'model'.
    .filter((part) => part !== '' && !(/^[^/].*\//.test(reader.name) && plumbing.test(part)));
  // '/encoder/linear1/MatMul' is in the layer 'encoder/linear1'; 'Conv_0' is a layer of its own.
  const place = parts.length > 1 ? parts.slice(0, -1) : parts;
  const own = place.length > 0 ? place : [madeUpName(name) ? reader.opType : name];
  return [...own, roleOf(stored.name, reader)];
}

const roles: Readonly<Record<string, readonly string[]>> = {
  LSTM: ['', 'input-weight', 'recurrent-weight', 'bias', '', 'start-hidden', 'start-cell', 'peepholes'],
  GRU: ['', 'input-weight', 'recurrent-weight', 'bias', '', 'start-hidden'],
  RNN: ['', 'input-weight', 'recurrent-weight', 'bias', '', 'start-hidden'],
  BatchNormalization: ['', 'scale', 'bias', 'mean', 'variance'],
  Add: ['bias', 'bias'],
  Gather: ['weight'],
};

/** What a node does with a weight, by the place where it reads it. */
function roleOf(name: string, reader: NodeProto): string {
  const at = reader.inputs.indexOf(name);
  const given = roles[reader.opType]?.[at];
  if (given !== undefined && given !== '') return given;
  return at === 2 ? 'bias' : 'weight';
}

/** How a weight starts when a model is trained from scratch: as frameworks start it by default. */
function initialOf({ name, shape, reader, statistic }: StoredWeight): Initial {
  const at = reader.inputs.indexOf(name);
  const uniform = (fan: number): Initial => ({ draw: 'uniform', bound: 1 / Math.sqrt(Math.max(1, fan)) });
  const constant = (value: number): Initial => ({ draw: 'constant', value });
  if (statistic) return constant(at === 4 ? 1 : 0);
  if (/Normalization$/.test(reader.opType)) return constant(at === 1 ? 1 : 0);
  if (['LSTM', 'GRU', 'RNN'].includes(reader.opType)) return uniform(shape.at(-1)! / (at === 3 ? 2 : 1));
  if (reader.opType === 'Gather') return { draw: 'normal', deviation: 0.02 };
  if (reader.opType === 'PRelu') return constant(0.25);
  if (shape.length <= 1) return constant(reader.opType === 'Mul' || reader.opType === 'Div' ? 1 : 0);
  if (reader.opType === 'Conv' || reader.opType === 'ConvTranspose') return uniform(sizeOf(shape.slice(1)));
  const transposed = reader.attributes.transB?.kind === 'int' && reader.attributes.transB.value === 1;
  return uniform(transposed || reader.opType === 'Transpose' ? shape[1]! : shape[0]!);
}
