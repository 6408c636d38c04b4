// biome-ignore lint/suspicious/noControlCharactersInRegex: colour codes take no columns
const colourCode = /\u001b\[[0-9;]*m/g;

/** Columns that a text takes in a terminal: colour codes none, wide East Asian characters two, combining marks none. */
export function textWidth(text: string): number {
  let width = 0;
  for (const character of text.replaceAll(colourCode, '')) {
    if (/\p{Mark}/u.test(character)) continue;
    width +=
      /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\u3000-\u303f\uff01-\uff60]/u.test(
        character,
      )
        ? 2
        : 1;
  }
  return width;
}

/** A table in plain text: columns as wide as their longest cell, numbers to the right where `right` says so. */
export function tableText(
  heads: readonly string[],
  rows: readonly (readonly string[])[],
  right: readonly number[] = [],
): string {
  const widths = heads.map((head, c) =>
    Math.max(textWidth(head), ...rows.map((row) => textWidth(row[c] ?? ''))),
  );
  const line = (row: readonly string[]): string =>
    row
      .map((cell, c) => {
        const space = ' '.repeat(widths[c]! - textWidth(cell));
        return right.includes(c) ? space + cell : cell + space;
      })
      .join('  ')
      .trimEnd();
  return [line(heads), widths.map((width) => '-'.repeat(width)).join('  '), ...rows.map(line)].join('\n');
}
