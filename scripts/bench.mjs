// Bundles a benchmark of bench/ and runs it: node scripts/bench.mjs [training-step | frozen-stage | optimisers | quickstart | …] [options].
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));
const [first, ...rest] = process.argv.slice(2);
const named = first !== undefined && !first.startsWith('-');
const name = named ? first : 'training-step';
const entry = `${root}/bench/${name}.ts`;
if (!existsSync(entry)) {
  console.error(`There is no benchmark '${name}' in bench/.`);
  process.exit(2);
}
await build({
  absWorkingDir: root,
  entryPoints: [entry],
  outfile: `dist/bench/${name}.js`,
  bundle: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  packages: 'external',
  logLevel: 'warning',
});
const args = named ? rest : process.argv.slice(2);
const { status } = spawnSync(process.execPath, [`dist/bench/${name}.js`, ...args], {
  cwd: root,
  stdio: 'inherit',
});
process.exit(status ?? 1);
