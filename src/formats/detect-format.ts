import { badFile } from './bad-file.ts';
import { gunzipHead, isGzip } from './gunzip-checked.ts';
import { isFolder, listFiles } from './list-files.ts';
import { type ReadRange, readFileChecked, withFile } from './read-file-checked.ts';
import { type Content, sniffContent } from './sniff-content.ts';
import { listZip } from './zip.ts';

/** The forms in which data can be given, with what a message calls them. */
export const dataFormats = {
  idx: 'IDX (.idx, -ubyte, also .gz)',
  npy: 'NumPy array (.npy)',
  npz: 'NumPy archive (.npz)',
  'cifar-binary': 'CIFAR binary (.bin)',
  'image-folder': 'folder of images',
  'image-zip': 'zip of images',
  image: 'one image (.png, .jpg, .webp, .gif, .tif, .avif)',
  parquet: 'parquet (.parquet)',
  jsonl: 'JSON lines (.jsonl, also .gz)',
  text: 'plain text (.txt, .abc, …, also .gz)',
  'text-folder': 'folder of texts (.txt, .md, .abc)',
  midi: 'MIDI (.mid), one file or a folder',
  safetensors: 'safetensors (.safetensors)',
} as const;

/** The name of a form in which data can be given. */
export type DataFormat = keyof typeof dataFormats;

const supported = `Supported: ${Object.values(dataFormats).join('; ')}.`;

const imageName = /\.(png|jpe?g|webp|gif|tiff?|avif)$/i;
const textName = /\.(txt|md|abc)$/i;
const midiName = /\.midi?$/i;

/**
 * Which reader fits a file or folder: told by its content, and by its name where the content leaves it open (JSON
 * lines and plain text; CIFAR's records, which have no mark). Fails with `file-not-found`, or with `bad-file` and the
 * list of what is supported.
 */
export function detectFormat(path: string): DataFormat {
  if (isFolder(path)) return detectFolder(path);
  return withFile(path, 'data', (read, size) => detectFile(path, read, size));
}

function detectFolder(path: string): DataFormat {
  const names = listFiles(path, 'data folder');
  const images = names.filter((name) => imageName.test(name)).length;
  const texts = names.filter((name) => textName.test(name)).length;
  const songs = names.filter((name) => midiName.test(name)).length;
  if (songs > images && songs > texts) return 'midi';
  if (images === 0 && texts === 0)
    throw badFile(
      'data folder',
      path,
      names.length === 0
        ? 'it is empty'
        : `it holds neither images nor texts nor music, but ${names.slice(0, 3).join(', ')}`,
      {
        hint: names.includes('model.safetensors')
          ? 'It is a checkpoint: give it where a model is asked for.'
          : supported,
      },
    );
  return images >= texts ? 'image-folder' : 'text-folder';
}

/** Kinds whose content says it all. */
const byContent: Readonly<Partial<Record<Content['kind'], DataFormat>>> = {
  npy: 'npy',
  parquet: 'parquet',
  safetensors: 'safetensors',
  idx: 'idx',
  png: 'image',
  jpeg: 'image',
  gif: 'image',
  webp: 'image',
  tiff: 'image',
  avif: 'image',
  midi: 'midi',
};

function detectFile(path: string, read: ReadRange, size: number): DataFormat {
  const head = read(0, Math.min(size, 65_536));
  // The records of CIFAR may start with any byte, so their length comes first.
  if (/\.bin$/i.test(path) && size > 0 && (size % 3073 === 0 || size % 3074 === 0)) return 'cifar-binary';
  const content = sniffContent(head);
  const format = byContent[content.kind];
  if (format !== undefined) return format;
  if (content.kind === 'zip') return detectZip(path);
  if (isGzip(head)) {
    const inner = gunzipHead(head, 65_536, 'gzip', path);
    const innerContent = sniffContent(inner);
    if (innerContent.kind === 'idx') return 'idx';
    if (innerContent.kind === 'text') return detectText(path.replace(/\.gz$/i, ''), inner);
    throw unsupported(path, {
      ...innerContent,
      label: `${innerContent.label}, compressed with gzip`,
    });
  }
  if (content.kind === 'text') return detectText(path, head);
  throw unsupported(path, content);
}

function detectZip(path: string): DataFormat {
  const names = listZip(readFileChecked(path, 'zip'), path).map(({ name }) => name);
  if (names.some((name) => name.endsWith('.npy'))) return 'npz';
  if (names.some((name) => imageName.test(name))) return 'image-zip';
  throw badFile(
    'data',
    path,
    `it is a zip archive with neither images nor arrays, but ${names.slice(0, 3).join(', ') || 'nothing'}`,
    {
      hint: 'Unpack it and give the files.',
    },
  );
}

function detectText(path: string, head: Uint8Array): DataFormat {
  if (/\.(jsonl|ndjson|json)$/i.test(path)) return 'jsonl';
  if (/\.(csv|tsv)$/i.test(path))
    throw badFile('data', path, 'it is a table as text', {
      hint: `Make it JSON lines: python -c "import pandas as p; p.read_csv('in.csv').to_json('out.jsonl', orient='records', lines=True)".`,
    });
  const line = Buffer.from(head).toString('utf8').trimStart().split('\n', 1)[0]!;
  return line.startsWith('{') && isJson(line) ? 'jsonl' : 'text';
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function unsupported(path: string, content: Content) {
  const problem = content.kind === 'empty' ? 'it is empty' : `it is ${content.label}`;
  return badFile('data', path, problem, { hint: content.hint ?? supported });
}
