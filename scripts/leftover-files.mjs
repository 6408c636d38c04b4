import { execFileSync } from 'node:child_process';
import { readdirSync, realpathSync, rmSync, statSync } from 'node:fs';
import { isAbsolute, join, sep } from 'node:path';

const DAY = 24 * 3600 * 1000;

/**
 * Removes files of former builds from `dist`. A program that runs may still load parts of the build that it was started
 * from, so nothing goes while one may be running from here. Else everything goes that is older than the build before;
 * where it cannot be found out what runs, what is older than a day as well.
 *
 * @param files names that the newest build wrote
 * @param before when the build before it began, in milliseconds; 0 where there was none
 * @param programs what runs on this machine, a command line each; null where that is not known
 */
export function removeLeftovers(dist, files, before, programs = runningPrograms()) {
  if (programs?.some((line) => runsFrom(dist, line))) return;
  const limit = programs === null ? Math.min(before, Date.now() - DAY) : before;
  for (const name of readdirSync(dist)) {
    if (files.includes(name) || !/\.js(\.map)?$/.test(name)) continue;
    const path = join(dist, name);
    if (statSync(path).mtimeMs < limit) rmSync(path);
  }
}

/** Whether a command line is that of node with a program of Graft that may lie in `dist`. */
export function runsFrom(dist, line) {
  const [program = '', ...words] = line.trim().split(/\s+/);
  if (!/(^|[/\\])node(\.exe)?$/.test(program)) return false;
  const script = words.find((word) => !word.startsWith('-'));
  if (script === undefined || !/(^|[/\\])(graft|worker|run-step)(\.js)?$/.test(script)) return false;
  // A relative path may be one from here.
  if (!isAbsolute(script)) return true;
  return realPath(script).startsWith(realPath(dist) + sep);
}

/** A path without links; as it is where there is nothing any more. */
function realPath(path) {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}

/** The command lines of what runs on this machine; null where there is no `ps` that says them. */
function runningPrograms() {
  try {
    return execFileSync('ps', ['-A', '-o', 'args='], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
      maxBuffer: 2 ** 26,
    }).split('\n');
  } catch {
    return null;
  }
}
