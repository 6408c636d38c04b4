"""Logits, loss and gradients of small language models on torch.nn.LSTM and torch.nn.GRU.

    pip install torch
    python generate.py

The version that the committed file was made with stands in it.
"""

import json
from pathlib import Path

import torch

VOCABULARY, WIDTH, HIDDEN, LAYERS, BATCH, TIME = 5, 3, 4, 2, 2, 6


def case(kind):
    torch.manual_seed(11)
    torch.set_default_dtype(torch.float64)
    embedding = torch.nn.Embedding(VOCABULARY, WIDTH)
    recurrent = getattr(torch.nn, kind.upper())(WIDTH, HIDDEN, LAYERS, batch_first=True)
    output = torch.nn.Linear(HIDDEN, VOCABULARY)
    tokens = torch.randint(VOCABULARY, (BATCH, TIME))
    targets = torch.randint(VOCABULARY, (BATCH, TIME))
    logits = output(recurrent(embedding(tokens))[0])
    loss = torch.nn.functional.cross_entropy(logits.reshape(-1, VOCABULARY), targets.reshape(-1))
    loss.backward()
    named = {
        **{f"embedding.{name}": p for name, p in embedding.named_parameters()},
        **dict(recurrent.named_parameters()),
        **{f"output.{name}": p for name, p in output.named_parameters()},
    }
    flat = lambda t: [round(v, 10) for v in t.detach().reshape(-1).tolist()]
    return {
        "tokens": flat(tokens),
        "targets": flat(targets),
        "parameters": {name: flat(p) for name, p in named.items()},
        "logits": flat(logits),
        "loss": loss.item(),
        "gradients": {name: flat(p.grad) for name, p in named.items()},
    }


sizes = dict(vocabulary=VOCABULARY, width=WIDTH, hidden=HIDDEN, layers=LAYERS, batch=BATCH, time=TIME)
result = {"torch": torch.__version__, "sizes": sizes, "lstm": case("lstm"), "gru": case("gru")}
(Path(__file__).parent / "reference.json").write_text(json.dumps(result) + "\n")
