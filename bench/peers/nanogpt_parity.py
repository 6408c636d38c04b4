"""Repeats with nanoGPT's own code the updates that bench/nanogpt-parity.ts made, and compares the losses.

    python bench/peers/nanogpt_parity.py --nanogpt <checkout> --parity <folder>
"""

import argparse
import json
import pathlib
import struct
import sys

import numpy as np
import torch

parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
parser.add_argument('--nanogpt', required=True, help='checkout of nanoGPT')
parser.add_argument('--parity', required=True, help='folder with start.safetensors and updates.json')
options = parser.parse_args()
sys.path.insert(0, options.nanogpt)
from model import GPT, GPTConfig  # noqa: E402


def read_safetensors(path):
    raw = path.read_bytes()
    (size,) = struct.unpack('<Q', raw[:8])
    tensors = {}
    for name, entry in json.loads(raw[8 : 8 + size]).items():
        if name != '__metadata__':
            begin, end = entry['data_offsets']
            values = np.frombuffer(raw[8 + size + begin : 8 + size + end], dtype='<f4')
            tensors[name] = torch.from_numpy(values.reshape(entry['shape']).copy())
    return tensors


folder = pathlib.Path(options.parity)
start = read_safetensors(folder / 'start.safetensors')
updates = json.loads((folder / 'updates.json').read_text())
torch.set_num_threads(1)
model = GPT(GPTConfig(block_size=64, vocab_size=65, n_layer=4, n_head=4, n_embd=128, dropout=0.0, bias=False))
with torch.no_grad():
    body = model.transformer
    body.wte.weight.copy_(start['embedding/token'])
    body.wpe.weight.copy_(start['embedding/position'])
    body.ln_f.weight.copy_(start['output/norm/scale'])
    for index, block in enumerate(body.h):
        own = lambda name: start[f'block/{index}/{name}']  # noqa: B023, E731
        block.ln_1.weight.copy_(own('attention/norm/scale'))
        block.ln_2.weight.copy_(own('mlp/norm/scale'))
        parts = [own(f'attention/{part}/weight') for part in ('query', 'key', 'value')]
        block.attn.c_attn.weight.copy_(torch.cat(parts))
        block.attn.c_proj.weight.copy_(own('attention/output/weight'))
        block.mlp.c_fc.weight.copy_(own('mlp/up/weight'))
        block.mlp.c_proj.weight.copy_(own('mlp/down/weight'))
optimizer = model.configure_optimizers(0.1, 1e-3, (0.9, 0.99), 'cpu')
tokens = torch.tensor(updates['tokens']).view(-1, 12, 64)
targets = torch.tensor(updates['targets']).view(-1, 12, 64)
largest = 0.0
for index, (rate, loss_there) in enumerate(zip(updates['rates'], updates['losses'])):
    for group in optimizer.param_groups:
        group['lr'] = rate
    _, loss = model(tokens[index], targets[index])
    optimizer.zero_grad(set_to_none=True)
    loss.backward()
    torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimizer.step()
    largest = max(largest, abs(loss.item() - loss_there))
print(json.dumps({'updates': len(updates['losses']), 'last_loss': updates['losses'][-1], 'largest_difference': largest}))
