import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { loadCheckpoint } from './checkpoint.ts';
import { fetchHubModel } from './fetch-hub-model.ts';
import { hubModel, modelFolder } from './model-folder.ts';

const golden = fileURLToPath(new URL('../../test/golden/hugging-face/llama', import.meta.url));
const commit = 'c0ffee'.padEnd(40, '0');

/** A hub on this machine: the calls that fetching a model makes, with ranges. */
class Hub {
  readonly files = new Map<string, Uint8Array>(
    readdirSync(golden).map((name) => [name, readFileSync(join(golden, name))]),
  );
  /** Paths that are kept as large files. */
  readonly large = /\.safetensors$/;
  /** Bytes after which a file's connection is cut, once. */
  readonly cut = new Map<string, number>();
  readonly asked: string[] = [];
  status = 200;
  private server: Server | undefined;

  async start(): Promise<string> {
    this.server = createServer((request, response) => {
      const url = new URL(request.url!, 'http://hub');
      this.asked.push(`${url.pathname} ${request.headers.range ?? ''}`.trim());
      if (this.status !== 200) {
        response.writeHead(this.status).end();
        return;
      }
      const json = (value: unknown) => {
        response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(value));
      };
      if (/^\/api\/models\/org\/tiny(\/revision\/main)?$/.test(url.pathname))
        return json({
          _id: '1',
          id: 'org/tiny',
          sha: commit,
          private: false,
          gated: false,
          likes: 0,
          downloads: 0,
          lastModified: '2024-01-01T00:00:00.000Z',
        });
      if (url.pathname.startsWith(`/api/models/org/tiny/tree/${commit}`))
        return json([...this.files].map(([path, bytes]) => this.entry(path, bytes)));
      const name = url.pathname.split('/').at(-1)!;
      const bytes = url.pathname.startsWith(`/org/tiny/resolve/${commit}/`)
        ? this.files.get(name)
        : undefined;
      if (bytes === undefined) {
        response.writeHead(404, { 'x-error-code': 'EntryNotFound' }).end();
        return;
      }
      const range = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '');
      const [from, to] =
        range === null
          ? [0, bytes.length - 1]
          : [Number(range[1]), Math.min(Number(range[2]), bytes.length - 1)];
      const part = bytes.subarray(from, to + 1);
      response.writeHead(range === null ? 200 : 206, {
        etag: `"${this.hash(name, bytes)}"`,
        'content-length': part.length,
        'accept-ranges': 'bytes',
        ...(range === null ? {} : { 'content-range': `bytes ${from}-${to}/${bytes.length}` }),
      });
      const cut = this.cut.get(name);
      if (cut !== undefined && to >= cut && request.method === 'GET' && part.length > 1) {
        response.write(part.subarray(0, Math.max(0, cut - from)), () => response.destroy());
        return;
      }
      response.end(part);
    });
    await new Promise<void>((done) => {
      this.server!.listen(0, '127.0.0.1', done);
    });
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.server?.closeAllConnections();
    await new Promise((done) => this.server?.close(done));
  }

  private hash(path: string, bytes: Uint8Array): string {
    return this.large.test(path)
      ? createHash('sha256').update(bytes).digest('hex')
      : createHash('sha1').update(`blob ${bytes.length}\0`).update(bytes).digest('hex');
  }

  private entry(path: string, bytes: Uint8Array) {
    const oid = this.hash(path, bytes);
    return {
      type: 'file',
      path,
      size: bytes.length,
      oid: this.large.test(path) ? 'f'.repeat(40) : oid,
      ...(this.large.test(path) ? { lfs: { oid, size: bytes.length, pointerSize: 130 } } : {}),
    };
  }
}

describe('models of a hub', () => {
  let hub: Hub;
  let cache: string;
  let environment: Record<string, string>;
  const tiny = hubModel('hub:org/tiny')!;
  beforeEach(async () => {
    hub = new Hub();
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
    await hub.stop();
    expect(await fetchHubModel(tiny, { environment })).toBe(folder);
    expect(await fetchHubModel(tiny, { environment: { ...environment, HF_HUB_OFFLINE: '1' } })).toBe(folder);
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
    const ranges = hub.asked.flatMap((path) => /bytes=(\d+)-/.exec(path)?.[1] ?? []).map(Number);
    expect(ranges.filter((from) => from > 0 && from < there)).toEqual([]);
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
function corruptBodies(hub: Hub, file: string): { stop(): void } {
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
