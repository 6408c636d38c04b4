import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';

/** The commit that the hub's model is at. */
export const commit = 'c0ffee'.padEnd(40, '0');

/** A hub on this machine: the calls that fetching a model makes, with ranges. */
export class LocalHub {
  readonly files: Map<string, Uint8Array>;
  /** Paths that are kept as large files. */
  readonly large = /\.safetensors$/;
  /** Bytes after which a file's connection is cut, once. */
  readonly cut = new Map<string, number>();
  readonly asked: string[] = [];
  status = 200;
  /** Called in place of an answer to a request for a file, which is left without one. */
  waiting: (() => void) | undefined;
  private server: Server | undefined;
  private readonly name: string;

  /** @param folder what the model has; @param name ORG/NAME */
  constructor(folder: string, name = 'org/tiny') {
    this.files = new Map(readdirSync(folder).map((file) => [file, readFileSync(join(folder, file))]));
    this.name = name;
  }

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
      if ([`/api/models/${this.name}`, `/api/models/${this.name}/revision/main`].includes(url.pathname))
        return json({
          _id: '1',
          id: this.name,
          sha: commit,
          private: false,
          gated: false,
          likes: 0,
          downloads: 0,
          lastModified: '2024-01-01T00:00:00.000Z',
        });
      if (url.pathname.startsWith(`/api/models/${this.name}/tree/${commit}`))
        return json([...this.files].map(([path, bytes]) => this.entry(path, bytes)));
      const name = url.pathname.split('/').at(-1)!;
      const bytes = url.pathname.startsWith(`/${this.name}/resolve/${commit}/`)
        ? this.files.get(name)
        : undefined;
      if (bytes === undefined) {
        response.writeHead(404, { 'x-error-code': 'EntryNotFound' }).end();
        return;
      }
      if (this.waiting !== undefined) {
        this.waiting();
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
