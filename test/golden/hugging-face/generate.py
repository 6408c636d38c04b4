"""Writes tiny random checkpoints, tokenizers and LoRA adapters with the original programs, and what they give.

    pip install torch transformers tokenizers peft safetensors
    python generate.py

Versions that the committed files were made with stand in expected.json.
"""

import base64
import json
import random
import shutil
from pathlib import Path

import peft
import tokenizers
import torch
import transformers
from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers
from transformers import PreTrainedTokenizerFast

here = Path(__file__).parent
random.seed(7)

CORPUS = [
    "The quick brown fox jumps over the lazy dog. It's what they'd call a pangram, isn't it?",
    "In 1905 and 2024 there were 365 days, 12 months and 7 days in every week; the rest is history.",
    "She sells sea shells by the sea shore. The shells she sells are surely seashells.",
    "naïve café façade, Straße, Ελλάδα, Привет мир, 東京, こんにちは 😀",
    "  two  spaces\tand a tab\n\nand new lines\r\n",
]
TEXTS = CORPUS + [
    "",
    " ",
    "   ",
    "\n",
    "a",
    "I'LL see'em, they've said 'tis 12345678 o'clock!!!",
    "don't  stop\u00a0here\u2003now",
    "e\u0301 and \u00e9 differ; \ufb01ne",
    "x=3.14; y = [1, 2, 3]  # comment",
    "\u200bzero width, \ufeffmark, \u0085next line",
    "한국어 텍스트, العربية, हिन्दी",
    "👩‍👩‍👧 family 🇩🇪",
    "tail space ",
    "\t\tindent\n    more",
    "▁ block ▁▁",
    "ALL CAPS and MiXeD",
]
POOL = list("aeiost  \n'.,019") + ["the", " she", "'s", "é", "😀", "東", "  ", "\t", "1905", "-"]
TEXTS += ["".join(random.choice(POOL) for _ in range(random.randint(1, 24))) for _ in range(18)]

GPT4 = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*"
    r"|\s*[\r\n]+|\s+(?!\S)|\s+"
)
QWEN = GPT4.replace(r"\p{N}{1,3}", r"\p{N}")


def byte_level(pre, normalizer=None, special=("<|endoftext|>",), ignore_merges=False, size=284):
    t = Tokenizer(models.BPE(ignore_merges=ignore_merges))
    if normalizer is not None:
        t.normalizer = normalizer
    t.pre_tokenizer = pre
    t.decoder = decoders.ByteLevel()
    t.train_from_iterator(
        CORPUS * 2,
        trainers.BpeTrainer(
            vocab_size=size,
            special_tokens=list(special),
            initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
            show_progress=False,
        ),
    )
    return t


def sentence_piece(metaspace):
    """The two forms in which Llama-type vocabularies of SentencePiece come."""
    bytes_ = [f"<0x{b:02X}>" for b in range(256)]
    base = Tokenizer(models.BPE(byte_fallback=True, fuse_unk=True, unk_token="<unk>"))
    base.pre_tokenizer = pre_tokenizers.Metaspace(replacement="▁", prepend_scheme="always")
    base.train_from_iterator(
        CORPUS[:3],
        trainers.BpeTrainer(
            vocab_size=70, special_tokens=["<unk>", "<s>", "</s>"], show_progress=False
        ),
    )
    state = json.loads(base.to_str())["model"]
    pieces = [p for p in sorted(state["vocab"], key=state["vocab"].get) if p not in ("<unk>", "<s>", "</s>")]
    vocab = {p: i for i, p in enumerate(["<unk>", "<s>", "</s>", *bytes_, *pieces])}
    t = Tokenizer(
        models.BPE(
            vocab, [tuple(m) for m in state["merges"]], byte_fallback=True, fuse_unk=True, unk_token="<unk>"
        )
    )
    t.add_special_tokens(["<unk>", "<s>", "</s>"])
    if metaspace:
        t.pre_tokenizer = pre_tokenizers.Metaspace(replacement="▁", prepend_scheme="first", split=False)
    else:
        t.normalizer = normalizers.Sequence([normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")])
    t.decoder = decoders.Sequence(
        [decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse(), decoders.Strip(" ", 1, 0)]
    )
    t.post_processor = processors.TemplateProcessing(
        single="<s> $A", pair="<s> $A <s> $B", special_tokens=[("<s>", 1)]
    )
    return t


def unigram():
    t = Tokenizer(models.Unigram())
    t.normalizer = normalizers.Sequence([normalizers.NFKC(), normalizers.Replace(Regex(" {2,}"), " ")])
    t.pre_tokenizer = pre_tokenizers.Metaspace(replacement="▁", prepend_scheme="always")
    t.decoder = decoders.Metaspace(replacement="▁", prepend_scheme="always")
    t.train_from_iterator(
        CORPUS * 2,
        trainers.UnigramTrainer(
            vocab_size=110, special_tokens=["<pad>", "</s>", "<unk>"], unk_token="<unk>", show_progress=False
        ),
    )
    return t


def with_words():
    """Added tokens that are no special tokens."""
    t = byte_level(pre_tokenizers.ByteLevel(add_prefix_space=False))
    t.add_tokens(["sea shells", "pangram"])
    return t


gpt2_words = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=True)
toks = {
    "gpt2": byte_level(gpt2_words),
    "llama": sentence_piece(False),
    "mistral": byte_level(
        pre_tokenizers.Sequence(
            [
                pre_tokenizers.Split(Regex(GPT4), "isolated"),
                pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
            ]
        ),
        special=("<|begin_of_text|>", "<|end_of_text|>"),
        ignore_merges=True,
    ),
    "qwen2": byte_level(
        pre_tokenizers.Sequence(
            [
                pre_tokenizers.Split(Regex(QWEN), "isolated"),
                pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
            ]
        ),
        normalizer=normalizers.NFC(),
    ),
    "digits": byte_level(
        pre_tokenizers.Sequence([pre_tokenizers.Digits(individual_digits=True), gpt2_words])
    ),
    "prefix-space": byte_level(pre_tokenizers.ByteLevel(add_prefix_space=True)),
    "metaspace": sentence_piece(True),
    "unigram": unigram(),
    "added-words": with_words(),
}

common = dict(initializer_range=0.35, attention_dropout=0.0)
configs = {
    "gpt2": transformers.GPT2Config(
        vocab_size=284, n_positions=24, n_embd=12, n_layer=2, n_head=2, n_inner=20, initializer_range=0.35,
        resid_pdrop=0.0, embd_pdrop=0.0, attn_pdrop=0.0, bos_token_id=0, eos_token_id=0,
    ),
    "llama": transformers.LlamaConfig(
        vocab_size=336, hidden_size=12, intermediate_size=20, num_hidden_layers=2, num_attention_heads=4,
        num_key_value_heads=2, head_dim=4, max_position_embeddings=64, rms_norm_eps=1e-5,
        tie_word_embeddings=False, bos_token_id=1, eos_token_id=2,
        rope_parameters={
            "rope_type": "llama3", "rope_theta": 500.0, "factor": 4.0, "low_freq_factor": 1.0,
            "high_freq_factor": 4.0, "original_max_position_embeddings": 16,
        },
        **common,
    ),
    "mistral": transformers.MistralConfig(
        vocab_size=288, hidden_size=12, intermediate_size=16, num_hidden_layers=2, num_attention_heads=2,
        num_key_value_heads=1, head_dim=8, max_position_embeddings=64, sliding_window=4,
        tie_word_embeddings=True, bos_token_id=0, eos_token_id=1, **common,
    ),
    "qwen2": transformers.Qwen2Config(
        vocab_size=284, hidden_size=12, intermediate_size=16, num_hidden_layers=2, num_attention_heads=2,
        num_key_value_heads=1, max_position_embeddings=64, tie_word_embeddings=True,
        use_sliding_window=True, sliding_window=3, max_window_layers=1, bos_token_id=0, eos_token_id=0,
        **common,
    ),
}
kinds = {"gpt2": torch.float32, "llama": torch.bfloat16, "mistral": torch.float16, "qwen2": torch.float32}
base64_of = lambda x: base64.b64encode(x.detach().numpy().astype("<f4").tobytes()).decode()


def random_model(name):
    torch.manual_seed(3)
    model = transformers.AutoModelForCausalLM.from_config(configs[name])
    with torch.no_grad():
        for key, p in model.named_parameters():
            if p.ndim == 1:
                p.copy_(torch.randn_like(p) * 0.3 + (0.0 if key.endswith("bias") else 1.0))
    return model.to(kinds[name])


def logits_of(model, ids):
    with torch.no_grad():
        return base64_of(model(torch.tensor([ids])).logits[0, -4:].float())


expected = {
    "versions": {
        m.__name__: m.__version__ for m in (torch, transformers, tokenizers, peft)
    },
    "tokenizers": {},
    "models": {},
    "adapters": {},
}
for name, tok in toks.items():
    fast = PreTrainedTokenizerFast(tokenizer_object=tok)
    cases = []
    for text in TEXTS:
        ids = tok.encode(text, add_special_tokens=False).ids
        cases.append({"text": text, "ids": ids, "decoded": tok.decode(ids)})
    expected["tokenizers"][name] = cases
    if name not in configs:
        (here / f"{name}.tokenizer.json").write_text(json.dumps(json.loads(tok.to_str()), ensure_ascii=False))

for name in configs:
    folder = here / name
    shutil.rmtree(folder, ignore_errors=True)
    # The shared part of a folder is small; one of four comes in shards.
    random_model(name).save_pretrained(folder, max_shard_size="8KB" if name == "llama" else "1GB")
    marks = {"llama": ("<s>", "</s>"), "mistral": ("<|begin_of_text|>", "<|end_of_text|>")}
    bos, eos = marks.get(name, ("<|endoftext|>", "<|endoftext|>"))
    PreTrainedTokenizerFast(tokenizer_object=toks[name], bos_token=bos, eos_token=eos).save_pretrained(folder)
    (folder / "tokenizer.json").write_text(
        json.dumps(json.loads((folder / "tokenizer.json").read_text()), ensure_ascii=False)
    )
    for extra in ("generation_config.json",):
        (folder / extra).unlink(missing_ok=True)
    model = transformers.AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32).eval()
    ids = toks[name].encode(CORPUS[0]).ids[:10]
    expected["models"][name] = {"ids": ids, "logits": logits_of(model, ids)}

lora = {
    "gpt2": dict(r=2, lora_alpha=6, target_modules=["c_attn", "c_fc"], fan_in_fan_out=True),
    "llama": dict(r=3, lora_alpha=6, target_modules=["q_proj", "v_proj", "down_proj"], use_rslora=True),
}
for name, options in lora.items():
    folder = here / f"{name}-lora"
    shutil.rmtree(folder, ignore_errors=True)
    base = transformers.AutoModelForCausalLM.from_pretrained(here / name, dtype=torch.float32).eval()
    torch.manual_seed(5)
    adapted = peft.get_peft_model(base, peft.LoraConfig(task_type="CAUSAL_LM", lora_dropout=0.0, **options))
    with torch.no_grad():
        for key, p in adapted.named_parameters():
            if "lora_" in key:
                p.copy_(torch.randn_like(p) * 0.2)
    adapted.eval()
    adapted.peft_config["default"].base_model_name_or_path = f"../{name}"
    adapted.save_pretrained(folder)
    (folder / "README.md").unlink(missing_ok=True)
    ids = expected["models"][name]["ids"]
    expected["adapters"][name] = {"ids": ids, "logits": logits_of(adapted, ids)}

(here / "expected.json").write_text(json.dumps(expected, ensure_ascii=False))
