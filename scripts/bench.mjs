// Bundles a benchmark of bench/ and runs it: node scripts/bench.mjs [NAME] [options]; --help says which there are.
import { readdirSync, readFileSync } from 'node:fs';
import { runBundled } from './run-bundled.mjs';

const folder = new URL('../bench/', import.meta.url);
const standard = 'training-step';

/** What each benchmark says of itself: programs begin with a comment, parts of them do not. */
const headings = new Map(
  readdirSync(folder).flatMap((file) => {
    const found = /^\/\*\*\n([\s\S]*?)\n \*\//.exec(
      file.endsWith('.ts') ? readFileSync(new URL(file, folder), 'utf8') : '',
    );
    return found === null ? [] : [[file.slice(0, -3), found[1].replace(/^ \*( |$)/gm, '')]];
  }),
);

const [first, ...rest] = process.argv.slice(2);
const named = first !== undefined && !first.startsWith('-');
const name = named ? first : standard;
const options = named ? rest : process.argv.slice(2);
if (!headings.has(name)) {
  console.error(`There is no benchmark '${name}' in bench/. There are: ${[...headings.keys()].join(', ')}.`);
  process.exit(2);
}
if (options.includes('--help') || options.includes('-h')) {
  console.log(named ? headings.get(name) : overview());
  process.exit(0);
}
await runBundled(`bench/${name}.ts`, `dist/bench/${name}.js`, options);

function overview() {
  const width = Math.max(...[...headings.keys()].map((key) => key.length));
  const lines = [...headings].map(([key, text]) => {
    const sentence = /^[\s\S]*?[.:](?=\s|$)/.exec(text)[0].replace(/\s+/g, ' ').replace(/:$/, '.');
    return `  ${key.padEnd(width)}  ${sentence}`;
  });
  return [
    'Usage: npm run bench -- [NAME] [options]',
    '',
    `Runs a benchmark, ${standard} where none is named:`,
    ...lines,
    '',
    'npm run bench -- NAME --help says more, options included.',
  ].join('\n');
}
