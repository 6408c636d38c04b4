import fs from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import sharp from 'sharp';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { readImageFile, readImageFolder, readImageZip } from './image-folder.ts';
import { writeZip } from './zip.ts';

let folder: string;
beforeEach(() => {
  folder = fs.mkdtempSync(join(tmpdir(), 'graft-images-'));
});
afterEach(() => fs.rmSync(folder, { recursive: true }));

/** A PNG of one colour. */
const plain = (width: number, height: number, colour: { r: number; g: number; b: number; alpha?: number }) =>
  sharp({ create: { width, height, channels: colour.alpha === undefined ? 3 : 4, background: colour } })
    .png()
    .toBuffer();

const red = { r: 255, g: 0, b: 0 };
const blue = { r: 0, g: 0, b: 255 };

function put(name: string, content: Uint8Array | string): void {
  fs.mkdirSync(dirname(join(folder, name)), { recursive: true });
  fs.writeFileSync(join(folder, name), content);
}

describe('classes', () => {
  test('are the sub-folders, sorted; other files are passed over', async () => {
    put('warm/b.png', await plain(2, 2, red));
    put('warm/a.PNG', await plain(2, 2, red));
    put('cold/deep/z.png', await plain(2, 2, blue));
    put('cold/notes.txt', 'x');
    put('.hidden/a.png', 'no image');
    put('__MACOSX/a.png', 'no image');
    const set = await readImageFolder(folder);
    expect(set.names).toEqual(['cold/deep/z.png', 'warm/a.PNG', 'warm/b.png']);
    expect(set.classes).toEqual(['cold', 'warm']);
    expect([...set.labels!]).toEqual([0, 1, 1]);
    expect(set.images.shape).toEqual([3, 3, 2, 2]);
    expect([...(set.images.data as Uint8Array).subarray(0, 12)]).toEqual([
      0, 0, 0, 0, 0, 0, 0, 0, 255, 255, 255, 255,
    ]);
    expect((await readImageFolder(folder, { classes: 'none' })).labels).toBeUndefined();
  });

  test('there are none in a flat folder, and none where some image is in no sub-folder', async () => {
    put('a.png', await plain(2, 2, red));
    expect((await readImageFolder(folder)).classes).toEqual([]);
    put('sub/b.png', await plain(2, 2, red));
    expect((await readImageFolder(folder)).labels).toBeUndefined();
    await expect(readImageFolder(folder, { classes: 'sub-folders' })).rejects.toThrow(
      "'a.png' is in no class folder",
    );
  });

  test('a folder that all share in an archive is no class', async () => {
    const image = await plain(1, 1, red);
    const zip = writeZip(
      new Map([
        ['all/b/1.png', image],
        ['all/a/1.png', image],
        ['all/readme.txt', image],
      ]),
    );
    const set = await readImageZip(zip, 'all.zip');
    expect(set.names).toEqual(['all/a/1.png', 'all/b/1.png']);
    expect(set.classes).toEqual(['a', 'b']);
  });
});

describe('shapes', () => {
  test('grey images have one channel, one coloured image makes all three', async () => {
    const grey = await sharp({
      create: { width: 2, height: 2, channels: 3, background: { r: 9, g: 9, b: 9 } },
    })
      .toColourspace('b-w')
      .png()
      .toBuffer();
    put('a.png', grey);
    expect((await readImageFolder(folder)).images.shape).toEqual([1, 1, 2, 2]);
    put('b.png', await plain(2, 2, red));
    expect((await readImageFolder(folder)).images.shape).toEqual([2, 3, 2, 2]);
    const asGrey = await readImageFolder(folder, { channels: 1 });
    expect([...asGrey.images.data]).toEqual([9, 9, 9, 9, 76, 76, 76, 76]);
  });

  test('transparency is laid over the background', async () => {
    put('a.png', await plain(1, 1, { ...red, alpha: 0 }));
    expect([...(await readImageFolder(folder)).images.data]).toEqual([0, 0, 0]);
    expect([...(await readImageFolder(folder, { background: [1, 2, 3] })).images.data]).toEqual([1, 2, 3]);
  });

  test('cover takes the centre, contain puts background around, fill stretches', async () => {
    // Blue, red, blue from left to right.
    const image = await sharp({ create: { width: 12, height: 4, channels: 3, background: blue } })
      .composite([
        { input: { create: { width: 4, height: 4, channels: 3, background: red } }, left: 4, top: 0 },
      ])
      .png()
      .toBuffer();
    put('a.png', image);
    const size = { height: 4, width: 4 };
    const redOf = async (fit: 'cover' | 'contain' | 'fill') => [
      ...(
        (await readImageFolder(folder, { size, fit, background: [7, 7, 7] })).images.data as Uint8Array
      ).subarray(0, 16),
    ];
    expect(await redOf('cover')).toEqual(new Array(16).fill(255));
    const contained = await redOf('contain');
    expect(contained.slice(0, 4)).toEqual([7, 7, 7, 7]);
    expect(contained.slice(12)).toEqual([7, 7, 7, 7]);
    const [first, second, third, fourth] = await redOf('fill');
    expect([first, second]).toEqual([fourth, third]);
    expect(second).toBeGreaterThan(first! + 50);
  });

  test('a white image stays white at every size', async () => {
    put('a.png', await plain(13, 7, { r: 255, g: 255, b: 255 }));
    for (const side of [1, 3, 7, 40]) {
      const { images } = await readImageFolder(folder, { size: { height: side, width: side } });
      expect(images.data.every((value) => value === 255)).toBe(true);
    }
  });

  test('different sizes need one to be asked for', async () => {
    put('a.png', await plain(2, 2, red));
    put('b.png', await plain(2, 3, red));
    await expect(readImageFolder(folder)).rejects.toThrow('2 x 3 pixels');
  });
});

describe('patches', () => {
  test('are cut row by row, the rest at the right and below is left out', async () => {
    const raw = Uint8Array.from({ length: 5 * 7 * 3 }, (_, i) => i);
    put(
      'a.png',
      await sharp(raw, { raw: { width: 7, height: 5, channels: 3 } })
        .png()
        .toBuffer(),
    );
    const set = await readImageFile(join(folder, 'a.png'), { patch: 2 });
    expect(set.images.shape).toEqual([6, 3, 2, 2]);
    expect(set.names).toEqual(['0,0', '0,1', '0,2', '1,0', '1,1', '1,2'].map((at) => `a.png#${at}`));
    const at = (y: number, x: number) => 3 * (7 * y + x);
    // Red of the second patch of the second row.
    expect([...(set.images.data as Uint8Array).subarray(4 * 12, 4 * 12 + 4)]).toEqual([
      at(2, 2),
      at(2, 3),
      at(3, 2),
      at(3, 3),
    ]);
  });

  test('know their image, and exclude a size', async () => {
    put('a.png', await plain(4, 2, red));
    put('b.png', await plain(2, 2, red));
    const set = await readImageFolder(folder, { patch: 2 });
    expect([...set.sources]).toEqual([0, 0, 1]);
    await expect(readImageFolder(folder, { patch: 2, size: { height: 2, width: 2 } })).rejects.toThrow(
      'patch and size cannot be combined',
    );
    await expect(readImageFolder(folder, { patch: 3 })).rejects.toThrow('hold no patch of 3 x 3');
  });
});

test('a truncated and a mislabelled image are errors that name the file', async () => {
  const noise = Uint8Array.from({ length: 3 * 64 * 64 }, (_, i) => (i * 7919) % 251);
  const png = await sharp(noise, { raw: { width: 64, height: 64, channels: 3 } })
    .png()
    .toBuffer();
  const jpeg = await sharp(noise, { raw: { width: 64, height: 64, channels: 3 } })
    .jpeg()
    .toBuffer();
  for (const image of [png, jpeg]) {
    put('a.png', image.subarray(0, image.length / 2));
    await expect(readImageFolder(folder)).rejects.toThrow(
      `${folder}/a.png is not a valid image: its image data are damaged or incomplete.`,
    );
  }
  put('a.png', '<svg xmlns="http://www.w3.org/2000/svg"/>');
  await expect(readImageFolder(folder)).rejects.toThrow(
    'it is an SVG drawing. Allowed: png, jpeg, webp, gif',
  );
});

test('all damaged images are named', async () => {
  const grey = await sharp(new Uint8Array(64), { raw: { width: 8, height: 8, channels: 1 } })
    .png()
    .toBuffer();
  for (let i = 0; i < 20; i++)
    put(`image-${String(i).padStart(2, '0')}.png`, i % 3 === 1 ? 'no image' : grey);
  await expect(readImageFolder(folder)).rejects.toThrow(
    /image-01\.png is not a valid image: .* 6 more could not be read: [^ ]*image-04\.png, .*image-19\.png\.$/,
  );
  for (let i = 0; i < 20; i++) put(`image-${String(i).padStart(2, '0')}.png`, 'no image');
  await expect(readImageFolder(folder)).rejects.toThrow(
    / 19 more could not be read: .*image-10\.png and 9 others\.$/,
  );
});

test('damage in the middle of an image is named beside files that are none', async () => {
  const noise = Uint8Array.from({ length: 64 * 64 }, (_, i) => (i * 7919) % 251);
  const whole = await sharp(noise, { raw: { width: 64, height: 64, channels: 1 } })
    .png()
    .toBuffer();
  for (const name of ['image-00.png', 'image-03.png']) put(name, whole);
  put('image-01.png', 'no image');
  put('image-02.png', whole.subarray(0, whole.length / 2));
  for (let i = 4; i < 20; i++) put(`image-${String(i).padStart(2, '0')}.png`, whole);
  await expect(readImageFolder(folder)).rejects.toThrow(
    /image-01\.png is .* 1 more could not be read: image-02\.png\.$/,
  );
});
