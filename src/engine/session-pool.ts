import { createHash } from 'node:crypto';
import { freemem } from 'node:os';
import type { InferenceSession } from 'onnxruntime-node';
import { GraftError } from '../errors.ts';
import type { ExportedModel } from '../onnx/export-program.ts';
import { createSession, type SessionOptions } from './create-session.ts';
import { isAvailable, noDevice } from './find-devices.ts';

/** A session that several executables may share. */
export interface Lease {
  readonly session: InferenceSession;
  /**
   * Gives the session back; the last one to do so lets it grow old in the pool.
   * @param memory bytes that its runs took: ONNX Runtime keeps them for the next run
   */
  release(memory?: number): Promise<void>;
}

interface Entry {
  readonly key: string;
  /** Bytes of the model. */
  readonly model: number;
  /** Of the model, its graph and, above all, its constants, and of the largest run. */
  bytes: number;
  readonly session: Promise<InferenceSession>;
  users: number;
}

/**
 * The sessions of this process by the content of their model. Sessions in use stay; of those that nobody uses any
 * more the latest few are kept, because a study compiles the same programs again and again. Large ones are not: those
 * with large constants, since trained weights are never the same twice, and those whose runs took much memory.
 */
export class SessionPool {
  private readonly entries = new Map<string, Entry>();
  /** Unused sessions, oldest first. */
  private readonly idle: Entry[] = [];
  private readonly limit: number;
  private readonly bytes: number;

  /**
   * @param limit how many unused sessions are kept
   * @param bytes what their models and runs may take together
   */
  constructor(limit: number, bytes = 96 * 2 ** 20) {
    this.limit = limit;
    this.bytes = bytes;
  }

  /** The session of a model, made if there is none yet. */
  async lease(model: ExportedModel, options: SessionOptions): Promise<Lease> {
    const key = `${options.device} ${options.threads} ${contentOf(model)}`;
    let entry = this.entries.get(key);
    if (entry === undefined) {
      const bytes = bytesOf(model);
      entry = { key, model: bytes, bytes, session: open(model, options), users: 0 };
      this.entries.set(key, entry);
    }
    const at = this.idle.indexOf(entry);
    if (at >= 0) this.idle.splice(at, 1);
    entry.users++;
    try {
      return this.leaseOf(entry, await entry.session);
    } catch (error) {
      this.entries.delete(key);
      throw error;
    }
  }

  /** Number of sessions held, in use or not. */
  get size(): number {
    return this.entries.size;
  }

  /** Gives back the memory of all sessions that are not in use. */
  async clear(): Promise<void> {
    await this.shrink(0);
  }

  private leaseOf(entry: Entry, session: InferenceSession): Lease {
    let released = false;
    return {
      session,
      release: async (memory = 0) => {
        if (released) return;
        released = true;
        entry.bytes = Math.max(entry.bytes, entry.model + memory);
        if (--entry.users > 0) return;
        this.idle.push(entry);
        await this.shrink(this.limit);
      },
    };
  }

  private async shrink(limit: number): Promise<void> {
    const total = () => this.idle.reduce((sum, { bytes }) => sum + bytes, 0);
    while (this.idle.length > limit || total() > this.bytes) {
      const oldest = this.idle.shift()!;
      this.entries.delete(oldest.key);
      await (await oldest.session).release();
    }
  }
}

const bytesOf = ({ bytes, external }: ExportedModel): number => bytes.length + (external?.length ?? 0);

function contentOf({ bytes, external }: ExportedModel): string {
  const hash = createHash('sha256').update(bytes);
  for (const part of external?.parts ?? []) hash.update(part.bytes);
  return hash.digest('hex');
}

async function open(model: ExportedModel, options: SessionOptions): Promise<InferenceSession> {
  try {
    return await createSession(model, options);
  } catch (cause) {
    const { device } = options;
    if (device !== 'cpu' && !(await isAvailable(device))) throw await noDevice(device, cause);
    if (/bad_alloc|[Ff]ailed to allocate/.test((cause as Error).message))
      throw new GraftError(
        'out-of-resource',
        {
          resource: 'memory',
          needed: `room for a tensor program with ${Math.ceil(bytesOf(model) / 2 ** 20)} MB of constants`,
          available: `${Math.floor(freemem() / 2 ** 20)} MB`,
        },
        { cause },
      );
    throw new GraftError(
      'unsupported',
      { what: 'a tensor program', reason: `ONNX Runtime refused it: ${(cause as Error).message}` },
      { cause },
    );
  }
}
