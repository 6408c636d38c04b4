// Bundles src/ into dist/ (program, worker process and the steps that it runs, library). Dependencies stay outside the bundles.
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { removeLeftovers } from './leftover-files.mjs';

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

const dist = `${root}/dist`;
const label = commit();
if (upToDate()) process.exit(0);
const began = new Date();

// Programs of the build before may be running, with parts still to load: the new files, whose names hold a hash of their
// content, go beside theirs one by one, the entries last.
const aside = `${root}/.build-${process.pid}`;
try {
  await build({
    absWorkingDir: root,
    entryPoints: present,
    outdir: aside,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    packages: 'external',
    sourcemap: true,
    logLevel: 'warning',
    define: { BUILD_COMMIT: label ?? 'undefined' },
  });
  mkdirSync(dist, { recursive: true });
  // The program of a build is dated with the build's beginning.
  const before = existsSync(`${dist}/graft.js`) ? statSync(`${dist}/graft.js`).mtimeMs : 0;
  const isEntry = (name) => Object.keys(present).includes(name.split('.')[0]);
  const files = readdirSync(aside).sort((a, b) => isEntry(a) - isEntry(b));
  if (present.graft !== undefined) chmodSync(`${aside}/graft.js`, 0o755);
  // What changes while it is being built is not in it.
  utimesSync(`${aside}/graft.js`, began, began);
  for (const name of files) renameSync(`${aside}/${name}`, `${dist}/${name}`);
  writeFileSync(`${dist}/commit.txt`, String(label));
  removeLeftovers(dist, files, before);
} finally {
  rmSync(aside, { recursive: true, force: true });
}

/** Whether nothing that goes into the bundles changed since the last build, their commit included. */
function upToDate() {
  const built = `${dist}/graft.js`;
  if (!existsSync(built) || !existsSync(`${dist}/commit.txt`)) return false;
  if (readFileSync(`${dist}/commit.txt`, 'utf8') !== String(label)) return false;
  const since = statSync(built).mtimeMs;
  const sources = readdirSync(`${root}/src`, { recursive: true }).map((name) => `${root}/src/${name}`);
  return [...sources, `${root}/package.json`, `${root}/package-lock.json`, `${root}/scripts/build.mjs`].every(
    (path) => statSync(path).mtimeMs < since,
  );
}

/** The commit that is built, as a literal; nothing where this is no repository. */
function commit() {
  try {
    const git = (...words) =>
      execFileSync('git', words, { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
    // An unpacked package may lie in somebody else's repository.
    if (realpathSync(git('rev-parse', '--show-toplevel')) !== realpathSync(root)) return undefined;
    const changed =
      git('status', '--porcelain', '--', 'src', 'data', 'scripts', 'package.json', 'package-lock.json') !==
      '';
    return JSON.stringify(`${git('rev-parse', '--short', 'HEAD')}${changed ? ' with changes' : ''}`);
  } catch {
    return undefined;
  }
}
