import type { Measurement } from '../study/measurement.ts';
import { showNumber } from './show-number.ts';
import { tableText } from './table-text.ts';

/** Measurements as a table: what, where, how much, in what. */
export function measurementTable(measurements: readonly Measurement[]): string {
  return tableText(
    ['metric', 'on', 'value', 'unit', 'better', ''],
    measurements.map(
      ({
        metric,
        on,
        split,
        value,
        standardError,
        standardErrorOver,
        unit,
        direction,
        kind,
        real,
        generated,
        features,
        extras,
      }) => [
        metric,
        split === undefined ? on : `${on}, ${split}`,
        showNumber(value) + (standardError === undefined ? '' : ` ± ${showNumber(standardError)}`),
        unit,
        direction,
        [
          ...(kind === undefined ? [] : [kind]),
          ...(real === undefined ? [] : [`${showNumber(real)} real`]),
          ...(generated === undefined ? [] : [`${showNumber(generated)} generated`]),
          ...(standardErrorOver === undefined ? [] : [`± over ${standardErrorOver}`]),
          ...(features === undefined ? [] : [`in ${features.network}`]),
          ...(extras?.gap_to_elbo === undefined
            ? []
            : [`${showNumber(extras.gap_to_elbo)} better than the ELBO`]),
          ...(extras?.real === undefined ? [] : [`of real ones ${showNumber(extras.real)}`]),
        ].join(', '),
      ],
    ),
    [2],
  );
}
