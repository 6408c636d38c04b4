import { gather, gatherElements, reshape, unsqueeze } from '../../tensor/functions/arrangement.ts';
import { div, equal, mul, neg, not, sub, where } from '../../tensor/functions/elementwise.ts';
import { logsumexp, mean, sum } from '../../tensor/functions/reduction.ts';
import { sizeOf } from '../../tensor/shape.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import type { ImportNode } from './import-node.ts';
import type { ImportRules } from './import-rule.ts';
import { dims, integers } from './value.ts';

/** Cost of the labels [n, ...] under log-probabilities [n, classes, ...], with weights of classes and a label to skip. */
function labelCost(node: ImportNode, logProbabilities: Tensor): Tensor {
  const labels = node.tensor(1);
  const skipped = node.attribute('ignore_index', 'int');
  const kept = skipped === undefined ? undefined : not(equal(labels, integers([skipped], [])));
  const safe = kept === undefined ? labels : where(kept, labels, integers([0], []));
  const picked = reshape(gatherElements(logProbabilities, unsqueeze(safe, 1), 1), labels.shape);
  const weights = node.has(2) ? gather(node.tensor(2), safe, 0) : undefined;
  const counted = kept === undefined ? weights : where(kept, weights ?? 1, 0);
  const costs = counted === undefined ? neg(picked) : mul(neg(picked), counted);
  switch (node.text('reduction', 'mean')) {
    case 'none':
      return costs;
    case 'sum':
      return sum(costs);
    case 'mean':
      return counted === undefined
        ? mean(costs)
        : div(sum(costs), counted.shape.length === 0 ? mul(counted, sizeOf(dims(labels))) : sum(counted));
    default:
      return node.refuse(`its reduction is '${node.text('reduction', 'mean')}'`);
  }
}

/** Objectives of classifiers, as files of whole training graphs have them. */
export const lossRules = {
  NegativeLogLikelihoodLoss: (node) => [labelCost(node, node.tensor(0))],
  SoftmaxCrossEntropyLoss: (node) => {
    const scores = node.tensor(0);
    const logProbabilities = sub(scores, logsumexp(scores, 1, true));
    return [labelCost(node, logProbabilities), logProbabilities];
  },
} satisfies ImportRules;
