import { resolve } from 'node:path';
import { fetchHubModel } from '../models/fetch-hub-model.ts';
import { hubModel } from '../models/model-folder.ts';
import { formatBytes } from '../report/format-quantity.ts';
import type { Terminal } from './terminal.ts';

/** The folder of a model that a command line names: a path, or `hub:ORG/NAME`, which is fetched. */
export async function localModel(word: string, terminal: Terminal): Promise<string> {
  const hub = hubModel(word);
  if (hub === undefined) return resolve(terminal.directory, word);
  let shown = -1;
  return fetchHubModel(hub, {
    environment: terminal.environment,
    signal: terminal.signal,
    onStale: (reason) =>
      terminal.say(`${word}: the hub does not answer (${reason}); what was fetched before is used.`),
    onProgress(done, total) {
      const tenth = Math.floor((10 * done) / total);
      if (tenth === shown) return;
      shown = tenth;
      terminal.say(`${word}: ${formatBytes(done)} of ${formatBytes(total)}`);
    },
  });
}
