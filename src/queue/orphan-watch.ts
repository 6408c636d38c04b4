import { Worker } from 'node:worker_threads';

/**
 * Ends this process when its parent dies, also while its main thread is inside a long computation and sees no event.
 * A thread looks a few times a second whether the parent is still the parent. What the process had not saved is lost,
 * as with any kill; all that was saved stays whole.
 */
export function endWithParent(parent: number): void {
  const thread = new Worker(watch, { eval: true, workerData: { parent }, stdin: false });
  thread.unref();
}

// A string, because a worker thread's code is a file of its own, and this is too small for one.
const watch = `
const { workerData: { parent } } = require('node:worker_threads');
function hasParent() {
  if (process.platform !== 'win32') return process.ppid === parent;
  try { process.kill(parent, 0); return true; } catch (error) { return error.code === 'EPERM'; }
}
setInterval(() => { if (!hasParent()) process.kill(process.pid, 'SIGKILL'); }, 250);
`;
