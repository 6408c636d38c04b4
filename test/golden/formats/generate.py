"""Writes the files of this folder with the reference implementations.

Run: python generate.py   (made with numpy 2.4.6, safetensors and pyarrow as printed into versions.json)
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
    }
)
for codec in ["none", "snappy", "gzip", "brotli", "zstd", "lz4"]:
    pq.write_table(table, here / f"{codec}.parquet", compression=codec, row_group_size=4)

(here / "versions.json").write_text(
    json.dumps({"numpy": np.__version__, "safetensors": safetensors.__version__, "pyarrow": pyarrow.__version__}) + "\n"
)
