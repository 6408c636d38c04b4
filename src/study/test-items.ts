import { type DataSet, subset } from '../data/data-set.ts';
import { stream } from '../random.ts';

/** Items drawn from a test set, the same for every trial and seed: a set in order of its classes begins with one of them. */
export function testItems(set: DataSet, items: number): DataSet {
  if (set.count <= items) return set;
  return subset(set, stream(0).child('test items').permutation(set.count).subarray(0, items).sort());
}
