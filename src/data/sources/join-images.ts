import { badFile } from '../../formats/bad-file.ts';
import { type ImageSet, imageSize } from '../data-set.ts';

/**
 * Image sets as one, with the attribute `kind`: the name of the set that an image comes from. `folder` becomes the
 * folder below that of the kind. Fails with 'bad-file' where there are no sets, or their images have several shapes.
 */
export function joinImages(
  name: string,
  path: string,
  sets: readonly ImageSet[],
  kinds: readonly string[],
): ImageSet {
  const [first] = sets;
  if (first === undefined) throw badFile('image folder', path, 'it holds no zip of images');
  const shapeOf = ({ channels, height, width }: ImageSet) => `${channels}x${height}x${width}`;
  const other = sets.findIndex((set) => shapeOf(set) !== shapeOf(first));
  if (other >= 0) {
    const [here, there] = [shapeOf(sets[other]!), shapeOf(first)];
    throw badFile(
      'image folder',
      path,
      `images of ${kinds[other]} are ${here}, those of ${kinds[0]} ${there}`,
      {
        hint: 'Set resize and channels, to which all are brought.',
      },
    );
  }
  const pixels = new Uint8Array(sets.reduce((sum, set) => sum + set.count * imageSize(set), 0));
  let at = 0;
  for (const set of sets) {
    pixels.set(set.pixels, at);
    at += set.pixels.length;
  }
  return {
    kind: 'image',
    name,
    count: sets.reduce((sum, set) => sum + set.count, 0),
    channels: first.channels,
    height: first.height,
    width: first.width,
    pixels,
    attributes: {
      kind: sets.flatMap((set, i) => new Array<string>(set.count).fill(kinds[i]!)),
      folder: sets.flatMap((set, i) => foldersBelow(set, kinds[i]!)),
    },
    provenance: { files: sets.flatMap((set) => set.provenance.files), steps: first.provenance.steps },
  };
}

/** The folder of each image within its kind's, '' where it stands in that one itself. */
function foldersBelow(set: ImageSet, kind: string): string[] {
  const folders = set.attributes?.folder ?? new Array<string>(set.count).fill('');
  return folders.map((folder) => {
    if (folder === kind) return '';
    return folder.startsWith(`${kind}/`) ? folder.slice(kind.length + 1) : folder;
  });
}
