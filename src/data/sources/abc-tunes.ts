/**
 * The tunes of a file in ABC notation: each from its line 'X:' to the next blank line or 'X:' (abc standard 2.1,
 * section 2.2: tunes are parted by empty lines). Text between tunes is left out; the reference number, which only counts
 * the tunes of a file, becomes 1, so that equal tunes are equal; each ends with one line feed.
 */
export function splitTunes(text: string): string[] {
  const tunes: string[] = [];
  let lines: string[] | undefined;
  const close = () => {
    if (lines) tunes.push(`${lines.join('\n')}\n`);
    lines = undefined;
  };
  for (const line of text.split('\n')) {
    if (line.startsWith('X:')) {
      close();
      lines = ['X:1'];
    } else if (line.trim() === '') {
      close();
    } else {
      lines?.push(line);
    }
  }
  close();
  return tunes;
}
