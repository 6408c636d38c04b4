// Writes a file of data/, or with --check on the command line only compares it.
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';

/** Writes data/`name` and prints its size and SHA-256, which src/data/ holds; with --check fails where it differs. */
export function writeData(name, bytes) {
  const url = new URL(`../../data/${name}`, import.meta.url);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  if (process.argv.includes('--check')) {
    if (!readFileSync(url).equals(Buffer.from(bytes)))
      throw new Error(`data/${name} differs from what the script makes`);
    console.log(`data/${name} is what the script makes`);
  } else {
    writeFileSync(url, bytes);
    console.log(`data/${name}: ${bytes.length} bytes, sha256 ${sha256}`);
  }
}
