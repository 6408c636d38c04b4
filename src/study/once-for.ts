import type { Model } from '../models/model.ts';

const known = new WeakMap<Model, Map<string, unknown>>();

/** Computes once for a model and a key: the steps of a plan share most of their programs. */
export function onceFor<T>(model: Model, key: string, compute: () => T): T {
  const results = known.get(model) ?? new Map<string, unknown>();
  known.set(model, results);
  if (!results.has(key)) results.set(key, compute());
  return results.get(key) as T;
}
