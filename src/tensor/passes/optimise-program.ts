import type { Program } from '../program.ts';
import { shareCommonSubexpressions } from './common-subexpressions.ts';
import { foldConstants } from './fold-constants.ts';
import { simplify } from './simplify.ts';

/** The passes that run before a program is compiled. Nodes that no output needs vanish on the way. */
export function optimiseProgram(p: Program): Program {
  return shareCommonSubexpressions(simplify(foldConstants(shareCommonSubexpressions(p))));
}
