"""The Llama-type decoder of src/models/llama.ts in PyTorch: root-mean-square norms, rotary positions, grouped-query attention, SwiGLU."""

import torch
from torch import nn
from torch.nn import functional as F


class Block(nn.Module):
    def __init__(self, width, heads, key_heads, hidden):
        super().__init__()
        self.heads, self.key_heads, self.size = heads, key_heads, width // heads
        self.attention_norm, self.mlp_norm = nn.RMSNorm(width, 1e-5), nn.RMSNorm(width, 1e-5)
        self.query = nn.Linear(width, heads * self.size, bias=False)
        self.key = nn.Linear(width, key_heads * self.size, bias=False)
        self.value = nn.Linear(width, key_heads * self.size, bias=False)
        self.attention_out = nn.Linear(heads * self.size, width, bias=False)
        self.gate = nn.Linear(width, hidden, bias=False)
        self.up = nn.Linear(width, hidden, bias=False)
        self.down = nn.Linear(hidden, width, bias=False)

    def forward(self, x, cosines, sines):
        batch, time_steps, _ = x.shape
        h = self.attention_norm(x)
        split = lambda y, heads: y.view(batch, time_steps, heads, self.size).transpose(1, 2)  # noqa: E731
        query = rotate(split(self.query(h), self.heads), cosines, sines)
        key = rotate(split(self.key(h), self.key_heads), cosines, sines)
        value = split(self.value(h), self.key_heads)
        mixed = F.scaled_dot_product_attention(query, key, value, is_causal=True, enable_gqa=True)
        x = x + self.attention_out(mixed.transpose(1, 2).reshape(batch, time_steps, -1))
        h = self.mlp_norm(x)
        return x + self.down(F.silu(self.gate(h)) * self.up(h))


def rotate(x, cosines, sines):
    first, second = x.chunk(2, -1)
    return x * cosines + torch.cat([-second, first], -1) * sines


class Llama(nn.Module):
    """4 layers, 8 heads of which 4 for keys and values, width 256, context 128, 65 characters, tied head."""

    batch = 8
    rate = 1e-3
    context = 128
    characters = 65

    def __init__(self, width=256, layers=4, heads=8, key_heads=4, hidden=688):
        super().__init__()
        self.tokens = nn.Embedding(self.characters, width)
        self.blocks = nn.ModuleList(Block(width, heads, key_heads, hidden) for _ in range(layers))
        self.norm = nn.RMSNorm(width, 1e-5)
        for parameter in self.parameters():
            if parameter.dim() == 2:
                nn.init.normal_(parameter, std=0.02)
        size = width // heads
        angles = torch.arange(self.context)[:, None] * 10_000.0 ** (-torch.arange(0, size, 2) / size)
        self.register_buffer('cosines', torch.cat([angles, angles], -1).cos())
        self.register_buffer('sines', torch.cat([angles, angles], -1).sin())

    def forward(self, x, y):
        hidden = self.tokens(x)
        for block in self.blocks:
            hidden = block(hidden, self.cosines, self.sines)
        logits = F.linear(self.norm(hidden), self.tokens.weight)
        return F.cross_entropy(logits.flatten(0, 1), y.flatten())
