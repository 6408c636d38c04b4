import { LineCounter, parseDocument } from 'yaml';
import { GraftError } from '../errors.ts';
import { readTextFile } from '../formats/plain-text.ts';

/** Reads a YAML or JSON file; what is not YAML is said with its line. Fails with `file-not-found` and `bad-file`. */
export function readYamlFile(path: string, what: string): unknown {
  const lineCounter = new LineCounter();
  const document = parseDocument(readTextFile(path), { lineCounter, prettyErrors: false });
  const error = document.errors[0];
  if (error !== undefined) {
    const { line, col } = lineCounter.linePos(error.pos[0]);
    throw new GraftError('bad-file', {
      path,
      // Messages say 'file' themselves.
      format: `YAML ${what.replace(/ file$/, '')}`,
      offset: `line ${line}, column ${col}`,
      problem: error.message.replace(/\.$/, ''),
      ...(error.code === 'TAB_AS_INDENT' ? { hint: 'Indent with spaces.' } : {}),
    });
  }
  if (document.contents === null)
    throw new GraftError('bad-file', {
      path,
      format: `YAML ${what.replace(/ file$/, '')}`,
      problem: 'it is empty',
    });
  return document.toJS({ maxAliasCount: 1000 }) as unknown;
}
