import { join } from 'node:path';
import type { ImageOptions } from '../../formats/image-set.ts';
import type { DataSet } from '../data-set.ts';
import { glyphs } from '../glyphs.ts';
import { names } from '../names.ts';
import { readArrayFiles } from './array-folder.ts';
import { isCifarFile, readCifarFiles } from './cifar-source.ts';
import { readFolderImages, readZipImages } from './image-source.ts';
import { joinImages } from './join-images.ts';
import { readTextSource } from './text-source.ts';

/** A data set that is known by name. */
export interface NamedSet {
  readonly title: string;
  readonly kind: 'image' | 'text';
  /** Folder below a data folder where its files are looked for; absent where the package holds them. */
  readonly folder?: string;
  /** Its usual files, for those who have to fetch them; of alternatives, one suffices. */
  readonly files: readonly string[];
  /** Where its makers offer it. */
  readonly home: string;
  readonly licence: string;
  readonly citation?: string;
  /** Reads the files that are in `folder`; `names` lists them all. `images`: how images of files come to one shape. */
  read(folder: string, names: readonly string[], images: ImageOptions): DataSet | Promise<DataSet>;
}

const digits = Array.from('0123456789');
const fashion = [
  'T-shirt/top',
  'Trouser',
  'Pullover',
  'Dress',
  'Coat',
  'Sandal',
  'Shirt',
  'Sneaker',
  'Bag',
  'Ankle boot',
];
const hiragana = ['o', 'ki', 'su', 'tsu', 'na', 'ha', 'ma', 'ya', 're', 'wo'];
const cifar10Classes = [
  'airplane',
  'automobile',
  'bird',
  'cat',
  'deer',
  'dog',
  'frog',
  'horse',
  'ship',
  'truck',
];

const idxFiles = [
  'train-images-idx3-ubyte.gz',
  'train-labels-idx1-ubyte.gz',
  't10k-images-idx3-ubyte.gz',
  't10k-labels-idx1-ubyte.gz',
];
const arrays = (names: readonly string[]) => names.filter((name) => /(\.npy|\.npz|ubyte(\.gz)?)$/.test(name));

function arraySet(name: string, classes: readonly string[]): NamedSet['read'] {
  return (folder, names) => readArrayFiles(name, folder, arrays(names), { classes });
}

function novel(name: string, title: string, file: string, home: string): NamedSet {
  return {
    title,
    kind: 'text',
    folder: name,
    files: [file],
    home,
    licence: 'public domain',
    read: (folder) => readTextSource(name, join(folder, file), 'running'),
  };
}

function documents(name: string, title: string, files: string, home: string): NamedSet {
  return {
    title,
    kind: 'text',
    folder: name,
    files: [files],
    home,
    licence: 'public domain',
    read: (folder) => readTextSource(name, folder, 'running', ['.txt']),
  };
}

const nltk = 'https://github.com/nltk/nltk_data';

/** Data sets that load by name: two that the package holds, and public ones from their usual files. */
export const namedSets = {
  glyphs: {
    title: 'characters of open typefaces in 5 styles and 3 scripts, 28x28 grey',
    kind: 'image',
    files: [],
    home: 'the package',
    licence: 'SIL Open Font License 1.1 and Apache License 2.0 (data/NOTICE.md)',
    read: () => glyphs(),
  },
  names: {
    title: 'given names, surnames and places of 23 languages',
    kind: 'text',
    files: [],
    home: 'the package',
    licence: 'MIT (data/NOTICE.md)',
    read: () => names(),
  },
  mnist: {
    title: 'handwritten digits, 28x28 grey',
    kind: 'image',
    folder: 'mnist',
    files: idxFiles,
    home: 'http://yann.lecun.com/exdb/mnist',
    licence: 'not stated by its makers',
    citation:
      'LeCun, Bottou, Bengio and Haffner (1998). Gradient-based learning applied to document recognition. Proceedings of the IEEE 86(11).',
    read: arraySet('mnist', digits),
  },
  'fashion-mnist': {
    title: 'clothing, 28x28 grey, 10 classes',
    kind: 'image',
    folder: 'fashion-mnist',
    files: idxFiles,
    home: 'https://github.com/zalandoresearch/fashion-mnist',
    licence: 'MIT',
    citation:
      'Xiao, Rasul and Vollgraf (2017). Fashion-MNIST: a novel image dataset for benchmarking machine learning algorithms. arXiv:1708.07747.',
    read: arraySet('fashion-mnist', fashion),
  },
  kmnist: {
    title: 'cursive Japanese characters, 28x28 grey, 10 hiragana',
    kind: 'image',
    folder: 'kmnist',
    files: [
      'kmnist-train-imgs.npz',
      'kmnist-train-labels.npz',
      'kmnist-test-imgs.npz',
      'kmnist-test-labels.npz',
    ],
    home: 'https://github.com/rois-codh/kmnist',
    licence:
      "CC BY-SA 4.0: 'KMNIST Dataset' (created by CODH), adapted from 'Kuzushiji Dataset' (created by NIJL and others), doi:10.20676/00000341",
    citation:
      'Clanuwat, Bober-Irizar, Kitamoto, Lamb, Yamamoto and Ha (2018). Deep learning for classical Japanese literature. arXiv:1812.01718.',
    read: arraySet('kmnist', hiragana),
  },
  quickdraw: {
    title: 'doodles, 28x28 grey, one class a file',
    kind: 'image',
    folder: 'quickdraw',
    files: ['cat.npy', 'any other class as .npy'],
    home: 'https://github.com/googlecreativelab/quickdraw-dataset',
    licence: 'CC BY 4.0 (Google)',
    citation: 'Ha and Eck (2017). A neural representation of sketch drawings. arXiv:1704.03477.',
    read: (folder, names) =>
      readArrayFiles(
        'quickdraw',
        folder,
        names.filter((name) => name.endsWith('.npy')),
        { filesAreClasses: true },
      ),
  },
  cifar10: {
    title: 'photographs, 32x32 RGB, 10 classes',
    kind: 'image',
    folder: 'cifar10',
    files: ['data_batch_1.bin … data_batch_5.bin', 'test_batch.bin'],
    home: 'https://www.cs.toronto.edu/~kriz/cifar.html',
    licence: 'not stated by its makers',
    citation: 'Krizhevsky (2009). Learning multiple layers of features from tiny images.',
    read: (folder, names) => {
      const batches = names.filter(isCifarFile);
      return batches.length > 0
        ? readCifarFiles('cifar10', folder, batches, cifar10Classes)
        : readArrayFiles('cifar10', folder, arrays(names), { classes: cifar10Classes });
    },
  },
  'dcss-tiles': {
    title: 'pixel-art sprites of a game, 32x32 RGB, one zip a kind (item, mon, dngn, player)',
    kind: 'image',
    folder: 'dcss-tiles',
    files: ['item.zip', 'mon.zip', 'dngn.zip', 'player.zip'],
    home: 'https://github.com/crawl/tiles',
    licence: 'CC0',
    read: async (folder, names, images) => {
      const zips = names.filter((name) => name.endsWith('.zip'));
      const sets = await Promise.all(
        zips.map((zip) => readZipImages('dcss-tiles', join(folder, zip), images)),
      );
      return joinImages(
        'dcss-tiles',
        folder,
        sets,
        zips.map((zip) => zip.slice(0, -'.zip'.length)),
      );
    },
  },
  paintings: {
    title: 'three paintings, to be cut into patches',
    kind: 'image',
    folder: 'paintings',
    files: ['starry_night_google.jpg', 'the_scream.jpg', 'shipwreck.jpg'],
    home: 'https://github.com/jcjohnson/neural-style',
    licence: 'public domain',
    read: (folder, _names, images) =>
      readFolderImages('paintings', folder, images.size || images.patch ? images : { ...images, patch: 32 }),
  },
  tinyshakespeare: {
    ...novel(
      'tinyshakespeare',
      "Shakespeare's plays, dialogue only",
      'tinyshakespeare.txt',
      'https://github.com/karpathy/char-rnn',
    ),
    citation: 'Karpathy (2015). The unreasonable effectiveness of recurrent neural networks.',
  },
  'shakespeare-xml': documents(
    'shakespeare-xml',
    'further plays of Shakespeare, one a file',
    'one .txt a play',
    nltk,
  ),
  inaugural: documents(
    'inaugural',
    'inaugural addresses of US presidents, one a file',
    'one .txt an address',
    nltk,
  ),
  'state-union': documents(
    'state-union',
    'State of the Union addresses, one a file',
    'one .txt an address',
    nltk,
  ),
  genesis: documents(
    'genesis',
    'the book of Genesis in several languages, one a file',
    'one .txt a language',
    nltk,
  ),
  sherlock: novel(
    'sherlock',
    'The Adventures of Sherlock Holmes (Doyle, 1892)',
    'sherlock.txt',
    'https://www.gutenberg.org/ebooks/1661',
  ),
  'pride-prejudice': novel(
    'pride-prejudice',
    'Pride and Prejudice (Austen, 1813)',
    'pride-prejudice.txt',
    'https://www.gutenberg.org/ebooks/1342',
  ),
  'trois-mousquetaires': novel(
    'trois-mousquetaires',
    'Les trois mousquetaires (Dumas, 1844), French',
    'trois-mousquetaires.txt',
    'https://www.gutenberg.org/ebooks/13951',
  ),
  'makemore-names': {
    title: 'given names in a-z, one a line',
    kind: 'text',
    folder: 'names',
    files: ['names.txt'],
    home: 'https://github.com/karpathy/makemore',
    licence: 'MIT',
    read: (folder) => readTextSource('makemore-names', join(folder, 'names.txt'), 'line'),
  },
  'nottingham-abc': {
    title: 'British and American folk tunes with chords, ABC notation',
    kind: 'text',
    folder: 'nottingham-abc',
    files: ['one .abc a type of tune'],
    home: 'https://github.com/jukedeck/nottingham-dataset',
    licence: 'GPL-3.0',
    read: (folder) => readTextSource('nottingham-abc', folder, 'tune', ['.abc']),
  },
} satisfies Record<string, NamedSet>;

export type NamedSetName = keyof typeof namedSets;
