// npm run dev: rebuilds on every change of src/, then runs the tiny study in a workspace of its own and writes its
// report, so that what a change does is seen at once. Finished steps are kept between changes.
import { spawn } from 'node:child_process';
import { watch } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
let running = false;
let again = false;

function run(command, args) {
  return new Promise((resolve) => {
    spawn(command, args, { cwd: root, stdio: 'inherit' }).once('close', (code) => resolve(code ?? 1));
  });
}

async function cycle() {
  if (running) {
    again = true;
    return;
  }
  running = true;
  do {
    again = false;
    if ((await run(process.execPath, ['scripts/build.mjs'])) === 0)
      await run(process.execPath, [
        'dist/graft.js',
        'run',
        'examples/tiny.yaml',
        '--workspace',
        '.graft/dev',
      ]);
    console.error('Waiting for changes in src/ (Ctrl-C ends).');
  } while (again);
  running = false;
}

watch(`${root}/src`, { recursive: true }, () => void cycle());
await cycle();
