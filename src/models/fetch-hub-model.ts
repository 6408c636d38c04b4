import { createHash } from 'node:crypto';
import {
  appendFileSync,
  createReadStream,
  existsSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { downloadFile, type ListFileEntry, listFiles, modelInfo } from '@huggingface/hub';
import { GraftError, isGraftError, throwIfInterrupted } from '../errors.ts';
import { makeFolder, writeFileAtomic } from '../formats/atomic-file.ts';
import { pickled } from './hugging-face/weight-files.ts';
import {
  completeMark,
  type Environment,
  fetchedModel,
  type HubModel,
  hubModelFolder,
} from './model-folder.ts';

export interface FetchOptions {
  /** `HF_ENDPOINT` names another hub, `HF_TOKEN` a token for models that need one, `HF_HUB_OFFLINE=1` (or true, yes, on) forbids fetching. */
  readonly environment: Environment;
  /** Called after each part of a file: bytes that are there, and bytes of all files. */
  readonly onProgress?: (done: number, total: number) => void;
  /** Called where the hub does not answer and what was fetched before is used: why, in words. */
  readonly onStale?: (reason: string) => void;
  readonly signal?: AbortSignal;
}

/** Bytes that are asked for at once: an interruption loses no more. */
const PART = 8 * 2 ** 20;
/** Times that a part is asked for before it counts as not to be had. */
const ATTEMPTS = 3;
const DEFAULT_HUB = 'https://huggingface.co';

/** Files of a model that are read. */
const wanted =
  /^(config\.json|tokenizer\.json|tokenizer_config\.json|vocab\.json|merges\.txt|model(-\d+-of-\d+)?\.safetensors|model\.safetensors\.index\.json|adapter_config\.json|adapter_model\.safetensors)$/;

/**
 * Fetches a model's files from a hub into the cache and returns their folder. What is there already, whole or in part,
 * is not fetched again; every file is checked against the hub's SHA-256 (large files) or git hash. Without a
 * connection, what was fetched before is used. Fails with `not-fetched`, and with `unsupported` for pickles.
 */
export async function fetchHubModel(model: HubModel, options: FetchOptions): Promise<string> {
  const { environment } = options;
  const known = fetchedModel(model, environment);
  if (isOffline(environment)) {
    if (known !== undefined) return known;
    throw notFetched(
      model,
      hubOf(environment),
      `HF_HUB_OFFLINE is ${environment.HF_HUB_OFFLINE}, and it is not in the cache`,
    );
  }
  try {
    return await fetchFiles(model, options);
  } catch (error) {
    // What was fetched before serves where the hub cannot be reached, but not where what it sent is wrong.
    if (known === undefined || !isGraftError(error, 'not-fetched') || error.facts.unreachable !== true)
      throw error;
    options.onStale?.(error.facts.reason);
    return known;
  }
}

/** Whether a person forbids to ask, in any of the words that the hub's own programs know. */
const isOffline = ({ HF_HUB_OFFLINE: said = '' }: Environment): boolean =>
  ['1', 'on', 'yes', 'true'].includes(said.toLowerCase());

const hubOf = (environment: Environment): string => environment.HF_ENDPOINT ?? DEFAULT_HUB;

async function fetchFiles(model: HubModel, options: FetchOptions): Promise<string> {
  const { environment, signal } = options;
  const hubUrl = hubOf(environment);
  const repo = { type: 'model', name: model.name } as const;
  const access = {
    hubUrl,
    ...(environment.HF_TOKEN === undefined ? {} : { accessToken: environment.HF_TOKEN }),
    // A request that hangs ends with the command.
    ...(signal === undefined
      ? {}
      : { fetch: (url: Parameters<typeof fetch>[0], init?: RequestInit) => fetch(url, { ...init, signal }) }),
  };
  const asked = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      throwIfInterrupted(signal, `fetching ${model.name}`);
      throw hubError(model, hubUrl, error);
    }
  };
  const { sha } = await asked(() =>
    modelInfo({ name: model.name, revision: model.revision, additionalFields: ['sha'], ...access }),
  );
  if (!/^[0-9a-f]{40,64}$/.test(sha)) throw notFetched(model, hubUrl, `it names '${sha}' as its commit`);
  const entries: ListFileEntry[] = [];
  await asked(async () => {
    for await (const entry of listFiles({ repo, revision: sha, ...access })) entries.push(entry);
  });
  const files = chosen(model, entries);
  const folder = hubModelFolder(model, environment);
  const snapshot = join(folder, 'snapshots', sha);
  makeFolder(snapshot);
  const total = files.reduce((sum, { size }) => sum + size, 0);
  let before = 0;
  for (const entry of files) {
    const path = join(snapshot, entry.path);
    if (!existsSync(path))
      await fetchFile(
        model,
        entry,
        path,
        hubUrl,
        () => asked(() => downloadFile({ repo, path: entry.path, revision: sha, ...access })),
        (done) => {
          throwIfInterrupted(signal, `fetching ${model.name}`);
          options.onProgress?.(before + done, total);
        },
      );
    before += entry.size;
  }
  writeFileAtomic(join(snapshot, completeMark), '');
  makeFolder(join(folder, 'refs'));
  writeFileAtomic(join(folder, 'refs', encodeURIComponent(model.revision)), `${sha}\n`);
  return snapshot;
}

/** The files that make the model, among all of its repository. */
function chosen(model: HubModel, entries: readonly ListFileEntry[]): ListFileEntry[] {
  const files = entries.filter(({ type, path }) => type === 'file' && wanted.test(path));
  if (files.some(({ path }) => path.endsWith('.safetensors'))) return files;
  const pickle = entries.find(({ path }) => /\.(bin|pt|pth|ckpt)$/.test(path));
  if (pickle !== undefined) throw pickled(`${model.name}/${pickle.path}`);
  throw new GraftError('bad-data', {
    what: `hub:${model.name}`,
    problem: 'has no safetensors',
    hint: 'Choose a model with config.json and model.safetensors.',
  });
}

/** Fetches a file part by part behind what an earlier attempt left, and checks it. */
async function fetchFile(
  model: HubModel,
  entry: ListFileEntry,
  path: string,
  hubUrl: string,
  open: () => Promise<Blob | null>,
  progress: (done: number) => void,
): Promise<void> {
  const partial = `${path}.part`;
  let blob = await open();
  if (blob === null) throw notFetched(model, hubUrl, `it lists ${entry.path}, but does not have it`);
  if (blob.size !== entry.size)
    throw notFetched(model, hubUrl, `${entry.path} has ${blob.size} bytes, ${entry.size} are announced`);
  let done = existsSync(partial) ? statSync(partial).size : 0;
  if (done > entry.size) done = 0;
  if (done === 0) writeFileSync(partial, '');
  let failures = 0;
  while (done < entry.size) {
    const end = Math.min(done + PART, entry.size);
    try {
      const bytes = new Uint8Array(await blob.slice(done, end).arrayBuffer());
      if (bytes.length !== end - done) throw new Error(`it sent ${bytes.length} bytes of ${end - done}`);
      appendFileSync(partial, bytes);
      done = end;
      failures = 0;
    } catch (error) {
      // Where a person stopped it, this says so.
      progress(done);
      if (++failures >= ATTEMPTS) throw hubError(model, hubUrl, error, entry.path);
      blob = (await open()) ?? blob;
    }
    progress(done);
  }
  const problem = await checksum(partial, entry);
  if (problem !== undefined) {
    rmSync(partial, { force: true });
    throw notFetched(model, hubUrl, `${entry.path} ${problem}`);
  }
  renameSync(partial, path);
}

/** What is wrong with a file by the hub's hash of it: SHA-256 of large files, git's SHA-1 of others. */
async function checksum(path: string, { lfs, oid, size }: ListFileEntry): Promise<string | undefined> {
  const wantedHash = lfs?.oid ?? oid;
  if (wantedHash === undefined) return undefined;
  const hash = createHash(lfs === undefined ? 'sha1' : 'sha256');
  if (lfs === undefined) hash.update(`blob ${size}\0`);
  if (size < PART) hash.update(readFileSync(path));
  else for await (const part of createReadStream(path)) hash.update(part as Buffer);
  const found = hash.digest('hex');
  return found === wantedHash.replace(/^sha256:/, '')
    ? undefined
    : `has the checksum ${found} where ${wantedHash} was announced`;
}

/** The error for a failed request: what the hub answered, or that it cannot be reached. */
function hubError(model: HubModel, hubUrl: string, error: unknown, file?: string): GraftError {
  if (isGraftError(error)) return error;
  const { statusCode, message, cause } = error as { statusCode?: number; message: string; cause?: Error };
  if (statusCode === 401 || statusCode === 403)
    return notFetched(model, hubUrl, 'the hub refuses it', {
      hint: 'Check the name; models behind a licence need HF_TOKEN, a token of an account that accepted it.',
      cause: error,
    });
  if (statusCode === 404)
    return notFetched(model, hubUrl, `the hub does not have it at revision '${model.revision}'`, {
      hint: 'Check the name.',
      cause: error,
    });
  const reason = [message, cause?.message].filter((text) => text !== undefined && text !== '').join(': ');
  return notFetched(model, hubUrl, file === undefined ? reason : `${file}: ${reason}`, {
    hint: 'Run it again: it goes on where it stopped.',
    unreachable: statusCode === undefined || statusCode >= 500,
    cause: error,
  });
}

function notFetched(
  model: HubModel,
  from: string,
  reason: string,
  more: { hint?: string; unreachable?: boolean; cause?: unknown } = {},
): GraftError {
  const { cause, ...facts } = more;
  return new GraftError('not-fetched', { what: `hub:${model.name}`, from, reason, ...facts }, { cause });
}
