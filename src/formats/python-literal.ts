/** What a Python literal can hold here: dictionaries with string keys, tuples and lists, strings, whole numbers, True, False, None. */
export type PythonLiteral = Map<string, PythonLiteral> | PythonLiteral[] | string | number | boolean | null;

/** Literals nested deeper than this are refused, so that hostile text cannot exhaust the stack. */
const deepest = 32;

/**
 * Reads a Python literal, as array headers of NumPy hold one, without running anything.
 * Returns `undefined` where the text is not such a literal or a number is beyond 2^53.
 */
export function parsePythonLiteral(text: string): PythonLiteral | undefined {
  const tokens = text.match(/'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|-?\d+L?|[A-Za-z_]+|[{}()[\],:]|\S/g) ?? [];
  let at = 0;

  const value = (depth: number): PythonLiteral | undefined => {
    const token = tokens[at++];
    if (token === undefined || depth > deepest) return undefined;
    if (token === '{') return dictionary(depth);
    if (token === '(') return sequence(')', depth);
    if (token === '[') return sequence(']', depth);
    if (token === 'True') return true;
    if (token === 'False') return false;
    if (token === 'None') return null;
    if (/^['"]./.test(token)) return token.slice(1, -1).replace(/\\(.)/g, '$1');
    const number = /^-?\d+L?$/.test(token) ? Number.parseInt(token, 10) : Number.NaN;
    return Number.isSafeInteger(number) ? number : undefined;
  };

  const sequence = (end: string, depth: number): PythonLiteral[] | undefined => {
    const items: PythonLiteral[] = [];
    while (tokens[at] !== end) {
      const item = value(depth + 1);
      if (item === undefined) return undefined;
      items.push(item);
      if (tokens[at] === ',') at++;
      else if (tokens[at] !== end) return undefined;
    }
    at++;
    return items;
  };

  const dictionary = (depth: number): Map<string, PythonLiteral> | undefined => {
    const entries = new Map<string, PythonLiteral>();
    while (tokens[at] !== '}') {
      const key = value(depth + 1);
      if (typeof key !== 'string' || tokens[at++] !== ':') return undefined;
      const item = value(depth + 1);
      if (item === undefined || entries.has(key)) return undefined;
      entries.set(key, item);
      if (tokens[at] === ',') at++;
      else if (tokens[at] !== '}') return undefined;
    }
    at++;
    return entries;
  };

  const result = value(0);
  return at === tokens.length ? result : undefined;
}
