import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

/** An entry of `packages` in a lock file of npm. */
interface Locked {
  readonly version?: string;
  readonly resolved?: string;
  readonly integrity?: string;
  readonly optional?: boolean;
  readonly link?: boolean;
  readonly hasInstallScript?: boolean;
}

const read = (file: string) => JSON.parse(readFileSync(new URL(`../${file}`, import.meta.url), 'utf8'));
const registry = 'https://registry.npmjs.org/';

const lockFiles = ['package-lock.json', 'scripts/data/package-lock.json'];
const lockedBy = (file: string): [string, Locked][] =>
  Object.entries(read(file).packages as Record<string, Locked>).filter(([name]) => name !== '');

test.each(lockFiles)('%s: all packages come from the npm registry, and none from elsewhere', (file) => {
  const packages = lockedBy(file);
  expect(packages.length).toBeGreaterThan(50);
  // Without an address npm takes the package from the registry that it is set to, by default this one.
  const elsewhere = packages.filter(
    ([, { version, resolved, link }]) =>
      link === true ||
      !/^\d+\.\d+\.\d+/.test(version ?? '') ||
      !(resolved === undefined || resolved.startsWith(registry)),
  );
  expect(elsewhere.map(([name]) => name)).toEqual([]);
});

test.each(lockFiles)('%s: every package that must be there has a checksum', (file) => {
  const unchecked = lockedBy(file).filter(([, { integrity, optional }]) => !integrity && !optional);
  expect(unchecked.map(([name]) => name)).toEqual([]);
});

test('packages are asked for by version, and those with an install script are known and not run', () => {
  const { dependencies, devDependencies, allowScripts } = read('package.json');
  for (const [name, version] of Object.entries({ ...dependencies, ...devDependencies }))
    expect(`${name}@${version}`).toMatch(/@[~^]?\d+(\.\d+)*$/);
  for (const [name, { hasInstallScript }] of lockedBy('package-lock.json'))
    if (hasInstallScript === true)
      expect(allowScripts).toHaveProperty([name.replace(/^.*node_modules\//, '')], false);
  expect(readFileSync(new URL('../.npmrc', import.meta.url), 'utf8')).toMatch(/^ignore-scripts=true$/m);
});
