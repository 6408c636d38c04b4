import { shareCommonSubexpressions } from '../../tensor/passes/common-subexpressions.ts';
import type { Program } from '../../tensor/program.ts';
import { joinPads } from './join-pads.ts';
import { moveScalars } from './move-scalars.ts';
import { rewriteNodes } from './rewrite-nodes.ts';
import { splitGelu } from './split-gelu.ts';

/** Rewrites that make a program cheaper for ONNX Runtime without changing what it computes. */
export function rewriteProgram(p: Program): Program {
  const parts = rewriteNodes(p, (node, original, uses) => splitGelu(node, original, uses) ?? joinPads(node));
  return shareCommonSubexpressions(rewriteNodes(parts, moveScalars));
}
