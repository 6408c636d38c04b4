// Bundles src/ into dist/ (program, worker process and the steps that it runs, library). Dependencies stay outside the bundles.
import { chmodSync, existsSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));
const entries = {
  graft: 'src/cli/graft.ts',
  worker: 'src/queue/worker-process.ts',
  'run-step': 'src/study/run-step.ts',
  index: 'src/index.ts',
};
const present = Object.fromEntries(
  Object.entries(entries).filter(([, file]) => existsSync(`${root}/${file}`)),
);

rmSync(`${root}/dist`, { recursive: true, force: true });
await build({
  absWorkingDir: root,
  entryPoints: present,
  outdir: 'dist',
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  packages: 'external',
  sourcemap: true,
  logLevel: 'warning',
});

if (present.graft !== undefined) chmodSync(`${root}/dist/graft.js`, 0o755);
