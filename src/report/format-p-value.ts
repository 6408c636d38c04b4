import { formatNumber } from '../study/format-number.ts';

/** '0.034', '0.0021', '< 0.0001', '1': never zero, which no test can find. */
export function formatPValue(p: number): string {
  return p < 0.0001 ? '< 0.0001' : p >= 0.9995 ? '1' : formatNumber(p, p < 0.01 ? 4 : 3);
}
