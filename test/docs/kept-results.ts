import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = new URL('../../', import.meta.url);

/** What a file of the repository holds, by its path from the top. */
export const readKept = <T>(path: string): T => JSON.parse(readFileSync(new URL(path, root), 'utf8')) as T;

export const isKept = (path: string) => existsSync(fileURLToPath(new URL(path, root)));

/** A number as tables show it, with a true minus sign. */
export const fixed = (value: number, decimals: number) => value.toFixed(decimals).replace('-', '−');
