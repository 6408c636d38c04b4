import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

/** Finds the package from src/cli/ as well as from dist/. */
function packageFile(): string {
  for (const up of ['../package.json', '../../package.json']) {
    try {
      return readFileSync(new URL(up, import.meta.url), 'utf8');
    } catch {
      // Looked for in the next place.
    }
  }
  return '{}';
}

interface PackageFile {
  readonly version?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
}

/** Version of this installation. */
export const version = (): string => (JSON.parse(packageFile()) as PackageFile).version ?? 'unknown';

/** Filled in by the build, where it is made from a git repository. */
declare const BUILD_COMMIT: string | undefined;

/** The commit that this build was made from, 'with changes' where files differed from it; undefined where it is not known. */
export const builtFrom = (): string | undefined =>
  typeof BUILD_COMMIT === 'undefined' ? undefined : BUILD_COMMIT;

/** Version of an installed package, or 'not installed'. */
export function packageVersion(name: string): string {
  const require = createRequire(import.meta.url);
  // Packages may hide their package.json from import; its folder is found from the search paths.
  for (const folder of require.resolve.paths(name) ?? []) {
    try {
      const file = JSON.parse(readFileSync(join(folder, name, 'package.json'), 'utf8')) as PackageFile;
      return file.version ?? 'unknown';
    } catch {
      // Looked for in the next place.
    }
  }
  return 'not installed';
}
