import { GraftError, isGraftError } from '../errors.ts';
import { nodeLabel } from './import-rules/import-node.ts';
import type { NodeProto } from './model-proto.ts';

/** Fails: what the file says of a node is not right. */
export function nodeFailure(path: string, proto: NodeProto, problem: string): never {
  throw new GraftError('bad-file', { path, format: 'ONNX', problem: `${nodeLabel(proto)}: ${problem}` });
}

/** Fails: a node asks for something that is not done. */
export function nodeUnsupported(proto: NodeProto, reason: string): never {
  throw new GraftError('unsupported', { what: nodeLabel(proto), reason });
}

/** What went wrong, with the node where it did. Anything unforeseen is the fault of what the node asks for. */
export function locatedError(error: unknown, path: string, proto: NodeProto): unknown {
  const where = nodeLabel(proto);
  if (isGraftError(error, 'shape-mismatch') || isGraftError(error, 'invalid-value'))
    return error.facts.where !== undefined
      ? error
      : new GraftError(error.code, { ...error.facts, where } as never, { cause: error });
  if (error instanceof GraftError) return error;
  return new GraftError(
    'bad-file',
    { path, format: 'ONNX', problem: `${where} cannot be imported: ${(error as Error).message}` },
    { cause: error },
  );
}
