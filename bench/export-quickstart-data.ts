/**
 * Writes the quickstart study's settings and arrays for `bench/peers/quickstart_study.py`.
 *
 *     npm run bench -- export-quickstart-data quickstart.npz [--quick]
 */
import { exportQuickstartData } from './quickstart-data.ts';
import { quickstartFolder, quickstartStudy } from './quickstart-study.ts';
import { readOptions } from './read-options.ts';

const { values, positionals } = readOptions({
  options: { quick: { type: 'boolean', default: false } },
  allowPositionals: true,
});
const path = positionals[0];
if (path === undefined) {
  console.error('Give the file to write: npm run bench -- export-quickstart-data quickstart.npz');
  process.exit(2);
}
const { spec } = quickstartStudy(values.quick);
await exportQuickstartData(spec, quickstartFolder, path);
console.log(`${path} holds the study '${spec.name}'.`);
