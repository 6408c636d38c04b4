import sharp from 'sharp';
import { writeFileAtomic } from './atomic-file.ts';

/** Pixels [height, width, channels], 0..255; 1 channel is grey, 3 are RGB. */
export interface Picture {
  readonly channels: 1 | 3;
  readonly height: number;
  readonly width: number;
  readonly data: Uint8Array;
}

/** A picture as PNG bytes; the same pixels give the same bytes. */
export async function encodePng({ channels, height, width, data }: Picture): Promise<Uint8Array> {
  const image = sharp(data, { raw: { width, height, channels } });
  const grey = channels === 1 ? image.toColourspace('b-w') : image;
  return grey.png({ compressionLevel: 9, palette: false }).toBuffer();
}

/** Writes a picture as a PNG file, atomically. */
export async function writePng(path: string, picture: Picture): Promise<void> {
  writeFileAtomic(path, await encodePng(picture));
}
