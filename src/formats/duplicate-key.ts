const quoteMark = 0x22;
const backslash = 0x5c;

/**
 * The first key that the outermost object of a JSON text has twice, which `JSON.parse` would silently drop.
 * `json` must be valid. (A loop, because a regular expression runs out of stack on very long strings.)
 */
export function duplicateKey(json: string): string | undefined {
  const seen = new Set<string>();
  let depth = 0;
  for (let at = 0; at < json.length; at++) {
    const code = json.charCodeAt(at);
    if (code === 0x7b || code === 0x5b) depth++;
    else if (code === 0x7d || code === 0x5d) depth--;
    else if (code === quoteMark) {
      const end = endOfString(json, at);
      if (depth === 1 && isKey(json, end)) {
        const key = JSON.parse(json.slice(at, end + 1)) as string;
        if (seen.has(key)) return key;
        seen.add(key);
      }
      at = end;
    }
  }
  return undefined;
}

/** The position of the quotation mark that closes the string which opens at `start`. */
function endOfString(json: string, start: number): number {
  let at = start + 1;
  while (at < json.length && json.charCodeAt(at) !== quoteMark)
    at += json.charCodeAt(at) === backslash ? 2 : 1;
  return at;
}

/** True when a colon is the next thing after the string that ends at `end`. */
function isKey(json: string, end: number): boolean {
  let at = end + 1;
  while (' \t\n\r'.includes(json[at] ?? '.')) at++;
  return json[at] === ':';
}
