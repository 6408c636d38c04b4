"""Writes the files of this folder with the reference implementations.

Run: python generate.py (versions in versions.json).
"""
import json
from pathlib import Path

import numpy as np
import pyarrow
import pyarrow.parquet as pq
import safetensors
from safetensors.numpy import save

here = Path(__file__).parent


def ramp(dtype, shape=(2, 3, 4)):
    n = int(np.prod(shape))
    if dtype == np.bool_:
        return (np.arange(n) % 3 == 0).reshape(shape)
    low = 0 if np.dtype(dtype).kind == "u" else -7
    return (np.arange(n) + low).astype(dtype).reshape(shape)


arrays = {}
for name in ["bool", "uint8", "int8", "uint16", "int16", "uint32", "int32", "uint64", "int64", "float16", "float32", "float64"]:
    arrays[name] = ramp(np.dtype(name))
np.savez(here / "stored.npz", **arrays)
np.savez_compressed(here / "deflated.npz", **arrays)
np.save(here / "float32.npy", ramp(np.float32))
np.save(here / "big-endian.npy", ramp(np.float64).astype(">f8"))
np.save(here / "big-endian-int16.npy", ramp(np.int16).astype(">i2"))
np.save(here / "fortran.npy", np.asfortranarray(ramp(np.int32)))
np.save(here / "scalar.npy", np.float32(2.5))
np.save(here / "empty.npy", np.zeros((0, 3), np.float32))
np.save(here / "vector.npy", ramp(np.uint8, (5,)))
np.save(here / "rank-13.npy", ramp(np.uint8, (1,) * 12 + (3,)))
for version in [(2, 0), (3, 0)]:
    with open(here / f"version-{version[0]}.npy", "wb") as f:
        np.lib.format.write_array(f, ramp(np.float32), version=version)
np.save(here / "objects.npy", np.array([{"a": 1}, None], dtype=object), allow_pickle=True)
np.save(here / "text.npy", np.array(["a", "bc"]))
np.save(here / "complex.npy", np.array([1 + 2j]))
np.save(here / "records.npy", np.zeros(2, dtype=[("a", "<i4"), ("b", "<f4")]))

halves = np.array([0.0, -0.0, 1.0, -2.5, 65504.0, 65519.0, 65520.0, 1e9, 6e-8, 2.0e-8, 2.9802322e-08, 2.98023224e-08 * 1.5,
                   6.1e-5, 1 + 2**-11, 1 + 3 * 2**-11, 0.1, np.inf, -np.inf], np.float32)
tensors = {n: a for n, a in arrays.items()}
tensors["10"] = ramp(np.float32, (2, 2))
tensors["9"] = ramp(np.float32, (2,))
tensors["halves"] = halves
tensors["halves.float16"] = halves.astype(np.float16)
tensors["scalar"] = np.array(3, np.int64)
tensors["none"] = np.zeros((0, 4), np.float32)
(here / "reference.safetensors").write_bytes(save(tensors, {"format": "np"}))

import ml_dtypes  # noqa: E402

(here / "bfloat16.json").write_text(json.dumps([int(v) for v in halves.astype(ml_dtypes.bfloat16).view(np.uint16)]))

table = pyarrow.table(
    {
        "id": pyarrow.array(range(6)),
        "text": pyarrow.array(["one", "two\n", "drei", "quatre é", "пять", "六"]),
        "gap": pyarrow.array(["a", None, "c", "d", "e", "f"]),
        "bytes": pyarrow.array([bytes([i, 255 - i]) for i in range(6)], pyarrow.binary()),
        "image": pyarrow.array([{"bytes": bytes([i, 0x80]), "path": f"{i}.png"} for i in range(6)]),
        "list": pyarrow.array([[i] * i for i in range(6)]),
        "many": pyarrow.array(["a"] * 5 + ["b"]),
    }
)
for codec in ["none", "snappy", "gzip", "brotli", "zstd", "lz4"]:
    pq.write_table(table, here / f"{codec}.parquet", compression=codec, row_group_size=4)

pq.write_table(table, here / "version-2.parquet", data_page_version="2.0", row_group_size=4)
pq.write_table(
    table,
    here / "plain.parquet",
    use_dictionary=False,
    column_encoding={"id": "DELTA_BINARY_PACKED", "text": "DELTA_LENGTH_BYTE_ARRAY"},
    compression="none",
)
pq.write_table(table.select(["text"]), here / "delta.parquet", use_dictionary=False, column_encoding={"text": "DELTA_BYTE_ARRAY"})
count = 20_000
large = pyarrow.table(
    {
        "text": pyarrow.array([f"row {(i * 7919) % 1009} of {i % 50}" for i in range(count)]),
        "label": pyarrow.array([i % 3 for i in range(count)]),
    }
).replace_schema_metadata(
    {"huggingface": json.dumps({"info": {"features": {"label": {"names": ["a", "b", "c"], "_type": "ClassLabel"}}}})}
)
pq.write_table(large, here / "large.parquet", compression="zstd", row_group_size=7000, dictionary_pagesize_limit=4096, data_page_size=8192)

# Images: each as a file, and what Pillow (16 bits: the array itself) has in it, laid over (10, 20, 30), as [height, width, 3].
import struct  # noqa: E402
import zlib  # noqa: E402

import PIL  # noqa: E402
from PIL import Image, ImageDraw  # noqa: E402

rng = np.random.default_rng(1)
expected = {}


def over(rgba):
    alpha = rgba[..., 3:].astype(np.float64) / 255
    return np.floor(alpha * rgba[..., :3] + (1 - alpha) * np.array([10, 20, 30]) + 0.5).astype(np.uint8)


def keep(name, image, **options):
    image.save(here / name, **options)
    if name.endswith("jpg"):
        expected[name] = np.asarray(Image.open(here / name).convert("RGB"))
    else:
        expected[name] = over(np.asarray(Image.open(here / name).convert("RGBA")))


def png16(name, values, kind):
    def chunk(tag, data):
        return struct.pack(">I", len(data)) + tag + data + struct.pack(">I", zlib.crc32(tag + data))

    rows = b"".join(b"\0" + row.astype(">u2").tobytes() for row in values)
    header = struct.pack(">IIBBBBB", values.shape[1], values.shape[0], 16, kind, 0, 0, 0)
    png = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    (here / name).write_bytes(png)
    colours = values[..., :-1] if kind in (4, 6) else values
    if colours.shape[-1] == 1:
        colours = np.repeat(colours, 3, -1)
    alpha = values[..., -1:] / 65535 if kind in (4, 6) else np.ones(values.shape[:2] + (1,))
    mixed = np.floor(alpha * colours + (1 - alpha) * np.array([10, 20, 30]) * 257 + 0.5)
    expected[name] = np.floor(mixed / 257 + 0.5).astype(np.uint8)


size = (9, 6)
rgba = Image.fromarray(rng.integers(0, 256, (6, 9, 4), dtype=np.uint8), "RGBA")
keep("rgba.png", rgba)
keep("rgb.png", rgba.convert("RGB"))
keep("grey.png", rgba.convert("L"))
keep("grey-alpha.png", rgba.convert("LA"))
keep("one-bit.png", rgba.convert("1"))
keep("palette.png", rgba.convert("RGB").convert("P", palette=Image.ADAPTIVE, colors=7))
keep("palette-transparent.png", rgba.convert("RGB").convert("P", palette=Image.ADAPTIVE, colors=7), transparency=2)
keep("picture.gif", rgba.convert("RGB").convert("P", palette=Image.ADAPTIVE, colors=16))
keep("animation.gif", rgba.convert("L"), save_all=True, append_images=[Image.new("L", size, 255)])
keep("lossless.webp", rgba, lossless=True, exact=True)
keep("rgb.tif", rgba.convert("RGB"))
smooth = Image.new("RGB", (24, 16), (200, 60, 30))
ImageDraw.Draw(smooth).rectangle((12, 0, 23, 15), fill=(20, 90, 210))
keep("colour.jpg", smooth, quality=95, subsampling=0)
keep("grey.jpg", smooth.convert("L"), quality=95)
exif = Image.Exif()
exif[0x0112] = 6
keep("turned.jpg", smooth, quality=95, subsampling=0, exif=exif)
expected["turned.jpg"] = np.ascontiguousarray(np.rot90(expected["turned.jpg"], -1))
png16("grey-16.png", rng.integers(0, 65536, (6, 9, 1)), 0)
png16("grey-alpha-16.png", rng.integers(0, 65536, (6, 9, 2)), 4)
png16("rgb-16.png", rng.integers(0, 65536, (6, 9, 3)), 2)
png16("rgba-16.png", rng.integers(0, 65536, (6, 9, 4)), 6)
np.savez_compressed(here / "images.npz", **expected)

# Resampling: Pillow's antialiased bicubic on float images.
plane = rng.random((37, 53), dtype=np.float32) * 255
source = Image.fromarray(plane, "F")
resized = {"plane": plane}
for name, (width, height), box in [
    ("smaller", (10, 7), None),
    ("larger", (80, 90), None),
    ("mixed", (20, 60), None),
    ("boxed", (8, 8), (7.25, 0, 44.25, 37)),
    ("one", (1, 1), None),
]:
    resized[name] = np.asarray(source.resize((width, height), Image.BICUBIC, box=box))
np.savez_compressed(here / "resized.npz", **resized)

(here / "versions.json").write_text(
    json.dumps({"numpy": np.__version__, "safetensors": safetensors.__version__, "pyarrow": pyarrow.__version__, "pillow": PIL.__version__}) + "\n"
)
