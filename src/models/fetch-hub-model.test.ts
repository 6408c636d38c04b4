import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { commit, LocalHub } from '../../test/local-hub.ts';
import { loadCheckpoint } from './checkpoint.ts';
import { fetchHubModel } from './fetch-hub-model.ts';
import { hubModel, modelFolder } from './model-folder.ts';

const golden = fileURLToPath(new URL('../../test/golden/hugging-face/llama', import.meta.url));

describe('models of a hub', () => {
  let hub: LocalHub;
  let cache: string;
  let environment: Record<string, string>;
  const tiny = hubModel('hub:org/tiny')!;
  beforeEach(async () => {
    hub = new LocalHub(golden);
    cache = mkdtempSync(join(tmpdir(), 'graft-hub-'));
    environment = { GRAFT_CACHE: cache, HF_ENDPOINT: await hub.start() };
  });
  afterEach(async () => {
    await hub.stop();
    rmSync(cache, { recursive: true, force: true });
  });

  test('are fetched, checked, and then taken from the cache', async () => {
    const folder = await fetchHubModel(tiny, { environment });
    expect(loadCheckpoint(folder).weights).toEqual(loadCheckpoint(golden).weights);
    const resolved = () => hub.asked.filter((path) => path.includes('/resolve/')).length;
    const before = resolved();
    expect(await fetchHubModel(tiny, { environment })).toBe(folder);
    expect(resolved()).toBe(before);
    expect(modelFolder('/anywhere', 'hub:org/tiny', environment)).toBe(folder);
  });

  test('are there without a connection once they were fetched, and not before', async () => {
    await expect(
      fetchHubModel(tiny, { environment: { ...environment, HF_HUB_OFFLINE: '1' } }),
    ).rejects.toMatchObject({ code: 'not-fetched' });
    const folder = await fetchHubModel(tiny, { environment });
    hub.asked.length = 0;
    for (const word of ['1', 'true', 'YES', 'on'])
      expect(await fetchHubModel(tiny, { environment: { ...environment, HF_HUB_OFFLINE: word } })).toBe(
        folder,
      );
    expect(hub.asked).toEqual([]);
    await hub.stop();
    const reasons: string[] = [];
    const onStale = (reason: string) => reasons.push(reason);
    expect(await fetchHubModel(tiny, { environment, onStale })).toBe(folder);
    expect(reasons).toEqual([expect.stringContaining('fetch failed')]);
    await expect(fetchHubModel(hubModel('hub:org/other')!, { environment })).rejects.toThrow(
      'hub:org/other could not be fetched',
    );
  });

  test('go on behind what an interrupted attempt left', async () => {
    const size = 20 * 2 ** 20;
    hub.files.clear();
    const bytes = new Uint8Array(size).map((_, i) => (i * 7919) >> 3);
    hub.files.set('model.safetensors', bytes);
    hub.cut.set('model.safetensors', 9 * 2 ** 20);
    await expect(fetchHubModel(tiny, { environment })).rejects.toThrow(
      'Run it again: it goes on where it stopped.',
    );
    const snapshot = join(cache, 'hub/org/tiny/snapshots', commit);
    const there = statSync(join(snapshot, 'model.safetensors.part')).size;
    expect(there).toBe(8 * 2 ** 20);
    hub.cut.clear();
    hub.asked.length = 0;
    const folder = await fetchHubModel(tiny, { environment });
    expect(readFileSync(join(folder, 'model.safetensors')).equals(bytes)).toBe(true);
    // Nothing of the first part is sent again: but for the byte that is asked for to learn the size.
    const sent = hub.asked
      .filter((path) => path.includes('/resolve/'))
      .map((path) => /bytes=(\d+)-(\d+)$/.exec(path)?.slice(1).map(Number) ?? [0, size - 1])
      .filter(([from, to]) => to! > from!);
    expect(sent.map(([from]) => from)).toEqual([there, there + 8 * 2 ** 20]);
  });

  test('can be stopped while the hub keeps a request waiting', async () => {
    const stop = new AbortController();
    hub.waiting = () => stop.abort();
    await expect(fetchHubModel(tiny, { environment, signal: stop.signal })).rejects.toMatchObject({
      code: 'interrupted',
    });
  });

  test('that come damaged are refused and fetched anew', async () => {
    const file = 'model-00001-of-00003.safetensors';
    const { stop } = corruptBodies(hub, file);
    await expect(fetchHubModel(tiny, { environment })).rejects.toThrow(`${file} has the checksum`);
    stop();
    const folder = await fetchHubModel(tiny, { environment });
    expect(existsSync(join(folder, file))).toBe(true);
  });

  test.each([
    [404, 'does not have it'],
    [401, 'HF_TOKEN'],
  ])('with the answer %i say why', async (status, words) => {
    hub.status = status;
    await expect(fetchHubModel(tiny, { environment })).rejects.toThrow(words);
  });

  test('whose weights are pickles are refused before they are fetched', async () => {
    for (const name of [...hub.files.keys()]) if (name.includes('safetensors')) hub.files.delete(name);
    hub.files.set('pytorch_model.bin', Uint8Array.of(0x80, 2));
    await expect(fetchHubModel(tiny, { environment })).rejects.toMatchObject({ code: 'unsupported' });
    expect(hub.asked.some((path) => path.includes('pytorch_model.bin'))).toBe(false);
  });

  test.each(['hub:', 'hub:tiny', 'hub:a/b/c', 'hub:../x', 'hub:a/..', 'hub:a/b@../../x'])(
    '%s is no name',
    (word) => {
      expect(() => hubModel(word)).toThrow('hub:ORG/NAME');
    },
  );
});

/** Makes the hub send other bytes than it announces. */
function corruptBodies(hub: LocalHub, file: string): { stop(): void } {
  const get = hub.files.get.bind(hub.files);
  hub.files.get = (name) => {
    const bytes = get(name);
    if (name !== file || bytes === undefined) return bytes;
    const other = Uint8Array.from(bytes);
    other[100] = other[100]! ^ 1;
    return other;
  };
  return {
    stop: () => {
      hub.files.get = get;
    },
  };
}
