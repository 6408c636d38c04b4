/** Decimals beyond this are written in powers of ten. */
const MOST_DECIMALS = 6;

/**
 * A number for people: fixed decimals, commas between thousands, a real minus sign, powers of ten where fixed decimals
 * would take too much room. Never '-0.0'; what is not finite is written as 'not finite'.
 */
export function formatNumber(value: number, decimals: number): string {
  if (!Number.isFinite(value)) return 'not finite';
  if (decimals > MOST_DECIMALS || Math.abs(value) >= 1e9) return powerOfTen(value, 2);
  const text = Math.abs(value).toFixed(Math.max(0, decimals));
  const [whole, fraction] = text.split('.');
  const grouped = whole!.replace(/\B(?=(\d{3})+$)/g, ',');
  const sign = value < 0 && /[1-9]/.test(text) ? '−' : '';
  return `${sign}${grouped}${fraction === undefined ? '' : `.${fraction}`}`;
}

/** The same with an explicit plus sign: for differences. */
export function formatSigned(value: number, decimals: number): string {
  const text = formatNumber(value, decimals);
  return value > 0 && /[1-9]/.test(text) ? `+${text}` : text;
}

/** A number with about `digits` significant digits: 0.0123, 4.56, 789, 12,300. */
export function formatSignificant(value: number, digits = 3): string {
  if (value === 0 || !Number.isFinite(value)) return formatNumber(value, 0);
  const rounded = Number(value.toPrecision(digits));
  return formatNumber(rounded, Math.max(0, digits - 1 - magnitude(rounded)));
}

/**
 * Decimals for a column of values: two significant digits of their typical spread, or one decimal more where the
 * smallest spread would otherwise read as zero; without any spread four significant digits of the largest value. Never
 * more than six significant digits of the values.
 */
export function decimalsFor(values: readonly number[], spreads: readonly (number | null)[]): number {
  const known = spreads
    .filter((s): s is number => s !== null && s > 0 && Number.isFinite(s))
    .sort((a, b) => a - b);
  const largest = Math.max(0, ...values.map(Math.abs).filter(Number.isFinite));
  const typical = known[(known.length - 1) >> 1];
  if (typical !== undefined) {
    const decimals = Math.min(
      2 - magnitude(typical),
      Math.max(1 - magnitude(typical), -magnitude(known[0]!)),
    );
    // No more than six significant digits of the values themselves.
    return clamp(largest === 0 ? decimals : Math.min(decimals, 5 - magnitude(largest)));
  }
  return largest === 0 ? 0 : clamp(3 - magnitude(largest));
}

/** 'a', 'a and b', 'a, b and c'. */
export function listWords(words: readonly string[], joint = 'and'): string {
  if (words.length < 2) return words[0] ?? '';
  return `${words.slice(0, -1).join(', ')} ${joint} ${words.at(-1)}`;
}

/** '1 seed', '3 seeds', '1,000 images'. */
export function countOf(count: number, word: string): string {
  return `${formatNumber(count, 0)} ${count === 1 ? word : plural(word)}`;
}

export function plural(word: string): string {
  return /[^aeiou]y$/.test(word)
    ? `${word.slice(0, -1)}ies`
    : /(s|x|ch|sh)$/.test(word)
      ? `${word}es`
      : `${word}s`;
}

/** Power of ten of the first significant digit. */
function magnitude(value: number): number {
  return Math.floor(Math.log10(Math.abs(value)) + 1e-12);
}

const clamp = (decimals: number): number => Math.max(0, Math.min(10, decimals));

function powerOfTen(value: number, decimals: number): string {
  if (value === 0) return '0';
  const [digits, exponent] = value.toExponential(decimals).split('e');
  const raised = Array.from(String(Number(exponent)), (c) => '⁻⁰¹²³⁴⁵⁶⁷⁸⁹'['-0123456789'.indexOf(c)]).join(
    '',
  );
  return `${digits!.replace('-', '−')} × 10${raised}`;
}
