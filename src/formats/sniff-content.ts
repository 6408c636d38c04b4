/** What the first bytes of a file look like. */
export interface Content {
  readonly kind: ContentKind;
  /** What a message calls it: `a PNG image`. */
  readonly label: string;
  /** For what is not read: how to come from there to something that is. */
  readonly hint?: string;
  /** For what is read: how to ask for it. */
  readonly use?: string;
}

const pickleHint =
  'Graft does not read pickles, because reading one runs code. Convert it where you trust it: ' +
  `python -c "import torch; from safetensors.torch import save_file; ` +
  `save_file(torch.load('in.pt', weights_only=True), 'out.safetensors')" for weights, ` +
  `or numpy.savez('out.npz', images=…, labels=…) for arrays.`;

const imageUse = 'Images are read from a folder, a zip or one file: choose that format.';

/** Every kind of content that is told apart, in the order in which it is looked for. */
const contents = {
  empty: { label: 'an empty file' },
  gzip: { label: 'gzip-compressed data', use: 'Unpack it first: gunzip in.gz.' },
  zip: { label: 'a zip archive', use: 'It can be read as npz or as a zip of images: choose that format.' },
  npy: { label: 'a NumPy array (npy)', use: 'It can be read as npy: choose that format.' },
  parquet: { label: 'a parquet table', use: 'It can be read as parquet: choose that format.' },
  hdf5: {
    label: 'an HDF5 file',
    hint: `Convert it: python -c "import h5py, numpy; f = h5py.File('in.h5'); numpy.savez('out.npz', **{k: f[k][()] for k in f})".`,
  },
  matlab: {
    label: 'a MATLAB file',
    hint: `Convert it: python -c "import scipy.io, numpy; m = scipy.io.loadmat('in.mat'); numpy.savez('out.npz', X=m['X'], y=m['y'])".`,
  },
  torch: { label: 'a PyTorch checkpoint (a zip around a Python pickle)', hint: pickleHint },
  pickle: { label: 'a Python pickle', hint: pickleHint },
  png: { label: 'a PNG image', use: imageUse },
  jpeg: { label: 'a JPEG image', use: imageUse },
  gif: { label: 'a GIF image', use: imageUse },
  webp: { label: 'a WebP image', use: imageUse },
  tiff: { label: 'a TIFF image', use: imageUse },
  bmp: {
    label: 'a BMP image',
    hint: "Convert it: python -c \"from PIL import Image; Image.open('in.bmp').save('out.png')\".",
  },
  avif: { label: 'an AVIF or HEIF image', use: imageUse },
  pdf: { label: 'a PDF document', hint: 'Convert it to plain text: pdftotext in.pdf out.txt.' },
  tar: { label: 'a tar archive', hint: 'Unpack it and give the folder.' },
  '7z': { label: 'a 7z archive', hint: 'Unpack it and give the folder.' },
  rar: { label: 'a rar archive', hint: 'Unpack it and give the folder.' },
  xz: { label: 'xz-compressed data', hint: 'Unpack it first: xz -d in.xz.' },
  zstd: { label: 'zstd-compressed data', hint: 'Unpack it first: zstd -d in.zst.' },
  bzip2: { label: 'bzip2-compressed data', hint: 'Unpack it first: bzip2 -d in.bz2.' },
  'git-lfs': {
    label: 'a Git LFS pointer, not the data itself',
    hint: 'Fetch the data: git lfs pull.',
  },
  html: { label: 'an HTML page', hint: 'Perhaps a download stored an error page: download it again.' },
  svg: { label: 'an SVG drawing' },
  safetensors: { label: 'a safetensors file', use: 'It can be read as safetensors: choose that format.' },
  idx: { label: 'an IDX file', use: 'It can be read as idx: choose that format.' },
  midi: { label: 'a MIDI file', use: 'It can be read as midi: choose that format.' },
  text: { label: 'text', use: 'It can be read as text or jsonl: choose that format.' },
  binary: { label: 'unknown binary data' },
} as const satisfies Record<string, { label: string; hint?: string; use?: string }>;

/** A kind of content that `sniffContent` tells apart. */
export type ContentKind = keyof typeof contents;

/** Recognises content by its first bytes (at most 512 are looked at). Never fails. */
export function sniffContent(bytes: Uint8Array): Content {
  const kind = kindOf(bytes);
  return { kind, ...contents[kind] };
}

function kindOf(bytes: Uint8Array): ContentKind {
  if (bytes.length === 0) return 'empty';
  const head = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, 512));
  const starts = (signature: string, at = 0) =>
    head.subarray(at, at + signature.length).equals(Buffer.from(signature, 'latin1'));
  if (starts('\x1f\x8b')) return 'gzip';
  if (starts('PK\x03\x04') && head.length >= 30)
    return head
      .subarray(30, 30 + head.readUInt16LE(26))
      .toString('latin1')
      .endsWith('/data.pkl')
      ? 'torch'
      : 'zip';
  if (starts('PK\x05\x06')) return 'zip';
  if (starts('\x93NUMPY')) return 'npy';
  if (starts('PAR1')) return 'parquet';
  if (starts('\x89HDF\r\n\x1a\n')) return 'hdf5';
  if (starts('MATLAB 5.0')) return 'matlab';
  if (starts('\x89PNG\r\n\x1a\n')) return 'png';
  if (starts('\xff\xd8\xff')) return 'jpeg';
  if (starts('GIF87a') || starts('GIF89a')) return 'gif';
  if (starts('RIFF') && starts('WEBP', 8)) return 'webp';
  if (starts('II*\0') || starts('MM\0*')) return 'tiff';
  if (starts('BM') && head.length >= 14 && head.readUInt32LE(6) === 0) return 'bmp';
  if (starts('ftyp', 4)) return 'avif';
  if (starts('%PDF-')) return 'pdf';
  if (starts('ustar', 257)) return 'tar';
  if (starts('7z\xbc\xaf\x27\x1c')) return '7z';
  if (starts('Rar!')) return 'rar';
  if (starts('\xfd7zXZ\0')) return 'xz';
  if (starts('\x28\xb5\x2f\xfd')) return 'zstd';
  if (starts('BZh')) return 'bzip2';
  if (starts('MThd')) return 'midi';
  if (starts('version https://git-lfs')) return 'git-lfs';
  // Protocols 2 to 5 start with 0x80 and their number; torch.save's old format is such a pickle.
  if (head[0] === 0x80 && head[1]! >= 2 && head[1]! <= 5) return 'pickle';
  if (head.length > 8 && head[8] === 0x7b && head.readUInt32LE(4) === 0) return 'safetensors';
  if (head[0] === 0 && head[1] === 0 && idxTypes.has(head[2]!) && head[3]! >= 1 && head[3]! <= 16)
    return 'idx';
  const beginning = head.toString('latin1').trimStart().slice(0, 200).toLowerCase();
  if (beginning.startsWith('<!doctype html') || beginning.startsWith('<html')) return 'html';
  if (beginning.startsWith('<svg') || (beginning.startsWith('<?xml') && beginning.includes('<svg')))
    return 'svg';
  return head.includes(0) ? 'binary' : 'text';
}

const idxTypes = new Set([0x08, 0x09, 0x0b, 0x0c, 0x0d, 0x0e]);
