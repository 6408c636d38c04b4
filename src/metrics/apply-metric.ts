/** Runs metrics: checks inputs and options, computes, and lets no number that is not finite out. */
import type { z } from 'zod';
import { GraftError } from '../errors.ts';
import { type Stream, stream } from '../random.ts';
import { checkInputs } from './check-inputs.ts';
import type { Inputs, InputsOf, Metric, MetricContext, MetricResult, Needs } from './metric.ts';

/**
 * A context for one metric or for several in turn, which then share what they compute on the same inputs. Each metric draws
 * from the child of `random` with its own name.
 */
export function metricContext(random: Stream = stream(0)): MetricContext {
  const shared: { key: string; of: readonly object[]; value: unknown }[] = [];
  return {
    random,
    share<T>(key: string, of: readonly object[], make: () => T): T {
      const found = shared.find(
        (entry) => entry.key === key && entry.of.every((input, i) => input === of[i]),
      );
      if (found !== undefined) return found.value as T;
      const value = make();
      shared.push({ key, of, value });
      return value;
    },
  };
}

/** The options of a metric with its defaults filled in; an unknown or invalid option fails. */
export function resolveOptions<S extends z.ZodObject>(
  metric: Metric<Needs, S>,
  options: Readonly<Record<string, unknown>> = {},
): z.output<S> {
  const known = Object.keys(metric.options.shape);
  for (const name of Object.keys(options))
    if (!known.includes(name))
      throw new GraftError('unknown-name', {
        kind: 'option',
        received: name,
        allowed: known.length > 0 ? known : ['(none)'],
        where: metric.name,
      });
  const parsed = metric.options.safeParse(options);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0]!;
  const name = String(issue.path[0]);
  throw new GraftError('invalid-value', {
    what: `option '${name}'`,
    received: options[name],
    allowed: issue.message,
    where: metric.name,
  });
}

/**
 * Computes `metric` on `inputs`. Fails with `bad-data` for missing or empty inputs, `not-finite` for NaN and infinite numbers
 * in the inputs or the result, `shape-mismatch` for inputs that do not fit each other, and with what the metric itself
 * demands.
 */
export function applyMetric<N extends Needs, S extends z.ZodObject>(
  metric: Metric<N, S>,
  inputs: InputsOf<N>,
  options: z.input<S> | Readonly<Record<string, never>> = {},
  context: MetricContext = metricContext(),
): MetricResult {
  checkInputs(metric as unknown as Metric, inputs as Inputs);
  const resolved = resolveOptions(metric as unknown as Metric<Needs, S>, options);
  const result = metric.compute(inputs, resolved, { ...context, random: context.random.child(metric.name) });
  if (!Number.isFinite(result.value))
    throw new GraftError('not-finite', { what: `the value of ${metric.name}` });
  if (result.standardError !== undefined && !Number.isFinite(result.standardError))
    throw new GraftError('not-finite', { what: `the standard error of ${metric.name}` });
  for (const [name, value] of Object.entries(result.extras ?? {}))
    if (!Number.isFinite(value)) throw new GraftError('not-finite', { what: `'${name}' of ${metric.name}` });
  for (const [name, values] of Object.entries(result.perItem ?? {})) {
    const at = values.findIndex((value) => !Number.isFinite(value));
    if (at >= 0)
      throw new GraftError('not-finite', { what: `'${name}' of ${metric.name}`, where: `entry ${at}` });
  }
  return result;
}
