// Bundles a benchmark of bench/ and runs it: node scripts/bench.mjs [training-step | frozen-stage | optimisers | quickstart | …] [options].
import { existsSync } from 'node:fs';
import { runBundled } from './run-bundled.mjs';

const [first, ...rest] = process.argv.slice(2);
const named = first !== undefined && !first.startsWith('-');
const name = named ? first : 'training-step';
const entry = `bench/${name}.ts`;
if (!existsSync(new URL(`../${entry}`, import.meta.url))) {
  console.error(`There is no benchmark '${name}' in bench/.`);
  process.exit(2);
}
await runBundled(entry, `dist/bench/${name}.js`, named ? rest : process.argv.slice(2));
