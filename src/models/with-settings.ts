import { GraftError } from '../errors.ts';
import { createModel } from './index.ts';
import type { Model } from './model.ts';
import { refuseIdle } from './refuse-idle.ts';

/**
 * A trained model with other settings of its sampling (steps, guidance, ...). Weights stay valid, for those settings
 * change nothing else. Fails with `unknown-name` on anything that is no such setting.
 */
export function withSettings(
  model: Model,
  settings: Readonly<Record<string, unknown>>,
  where: string,
): Model {
  const allowed = model.sampler.kind === 'iterative' ? model.sampler.settings : [];
  for (const received of Object.keys(settings))
    if (!allowed.includes(received))
      throw new GraftError('unknown-name', {
        kind: `sampling setting of a ${model.family}`,
        received,
        allowed: [...allowed],
        where,
      });
  refuseIdle(model.family, settings, { ...model.config, ...settings }, where);
  return Object.keys(settings).length === 0
    ? model
    : createModel(model.family, { ...model.config, ...settings }, where);
}
