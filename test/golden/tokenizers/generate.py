"""Reference ids and merges from Hugging Face `tokenizers`.

    pip install tokenizers==0.23.3
    python generate.py SHARED > reference.json

SHARED is the folder whose data/ has pretrained-gpt2-bpe, tinyshakespeare and the other texts.
"""
import hashlib
import json
import sys
from pathlib import Path

import numpy as np
import tokenizers
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers

data = Path(sys.argv[1]) / "data"


def byte_level(model):
    tokenizer = Tokenizer(model)
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    return tokenizer


gpt2_folder = data / "pretrained-gpt2-bpe"
gpt2 = byte_level(models.BPE.from_file(str(gpt2_folder / "vocab.json"), str(gpt2_folder / "merges.txt")))


def digest(ids):
    return hashlib.sha256(np.asarray(ids, dtype="<i4").tobytes()).hexdigest()


texts = [
    "",
    " ",
    "\n",
    "Hello world",
    "  two spaces,   three spaces    ",
    "tabs\t\tand\r\nlines\n\n\n  indented",
    "I'll, you've, we're, it's, don't, I'm, he'd; I'LL and 'tis",
    "1234567890 3.14159 1,000,000 2nd ½ ² Ⅷ ٣",
    "naïve café, déjà vu; Straße, Ærøskøbing, Łódź, Nguyễn Thị Hằng",
    "Съешь ещё этих мягких французских булок",
    "Ξεσκεπάζω την ψυχοφθόρα βδελυγμία",
    "いろはにほへと ちりぬるを 漢字 한국어 हिन्दी עברית العربية",
    "emoji 😀👩‍👩‍👧‍👦🇮🇹 and combining é ñ",
    "no-break\u00a0space, next\u0085line, zero\u200bwidth, bom\ufeffmark, ideographic\u3000space, line\u2028separator",
    "\u0000\u0001\u001c\u001f control \u007f",
    "function f(x) { return x_1 + __init__ != <|x|>; } // ~~~~~~~~~~~~~~~~",
    "X:1\nT:The Kesh Jig\nM:6/8\nK:G\n|:GAG GAB|ABA ABd|edd gdd|edB dBA:|",
    "a" * 300,
    "\u0301 starts with a combining mark",
]
files = ["tinyshakespeare/tinyshakespeare.txt", "sherlock/sherlock.txt", "pride-prejudice/pride-prejudice.txt",
         "trois-mousquetaires/trois-mousquetaires.txt", "names/names.txt"]


def read(name):
    return (data / name).read_bytes().decode("utf-8")


def sweep(first, last):
    """Every character of a range in a place where word boundaries depend on it."""
    return "".join("a" + chr(c) + chr(c) + " 1 " + chr(c) + "b " for c in range(first, last) if not 0xD800 <= c < 0xE000)


def train(text, size):
    tokenizer = byte_level(models.BPE())
    trainer = trainers.BpeTrainer(vocab_size=size, min_frequency=2, show_progress=False,
                                  initial_alphabet=pre_tokenizers.ByteLevel.alphabet())
    tokenizer.train_from_iterator([text], trainer)
    model = json.loads(tokenizer.to_str())["model"]
    return tokenizer, model


small = read("tinyshakespeare/tinyshakespeare.txt")[:6000] + "aaaa aaaaa abababab ééé naïve 😀😀 " * 3
small_tokenizer, small_model = train(small, 400)
large_tokenizer, large_model = train(read("tinyshakespeare/tinyshakespeare.txt"), 2000)

print(json.dumps({
    "library": f"tokenizers {tokenizers.__version__}",
    "texts": [{"text": text, "gpt2": gpt2.encode(text).ids} for text in texts],
    "files": [{"path": name, "count": len(gpt2.encode(read(name)).ids), "sha256": digest(gpt2.encode(read(name)).ids)}
              for name in files],
    "sweeps": [{"from": first, "to": first + 256, "sha256": digest(gpt2.encode(sweep(first, first + 256)).ids)}
               for first in range(0, 0x3200, 256)],
    "training": {
        "text": small,
        "vocabularySize": 400,
        "merges": small_model["merges"],
        "vocab": sorted(small_model["vocab"], key=small_model["vocab"].get),
        "sample": "to be, or not to be: naïve 😀",
        "ids": small_tokenizer.encode("to be, or not to be: naïve 😀").ids,
    },
    "largeTraining": {
        "path": "tinyshakespeare/tinyshakespeare.txt",
        "vocabularySize": 2000,
        "mergesSha256": hashlib.sha256(json.dumps(large_model["merges"], ensure_ascii=False,
                                                  separators=(",", ":")).encode()).hexdigest(),
        "lastMerge": large_model["merges"][-1],
        "count": len(large_tokenizer.encode(read("tinyshakespeare/tinyshakespeare.txt")).ids),
    },
}, ensure_ascii=True, indent=1))
