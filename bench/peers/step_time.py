"""Times PyTorch training steps on request, so that another program can interleave them with its own.

    python bench/peers/step_time.py --model dense-vae --threads 1 --mode eager

One JSON object a line on standard output. The first, after building, compiling and warming up:
    {"ready": true, "model": …, "mode": …, "threads": …, "parameters": …, "data": …, "machine": {…}, …}
Then one for each line read: `run 20` trains 20 steps and answers
    {"steps_ms": [20 numbers], "cpu_ms": processor time of all threads together, "loss": last loss}
and `quit` or the end of the input ends the program. Whatever goes wrong: {"error": …}, exit code 1.

A step is all that a training loop does for one update: draw the batch from data in memory, forward, backward,
clip where the recipe clips, set the learning rate where it changes each step, update.
"""

import argparse
import gzip
import json
import math
import os
import sys
import time


def parse():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--model', required=True, choices=['dense-vae', 'conv-vae', 'transformer', 'lstm', 'llama', 'diffusion', 'gan'])
    parser.add_argument('--threads', type=int, required=True)
    parser.add_argument(
        '--mode',
        default='eager',
        choices=['eager', 'fused', 'compile'],
        help="eager: the optimiser's default; fused: fused=True; compile: torch.compile on the loss, and fused=True",
    )
    parser.add_argument('--steps', type=int, default=20, help='warm-up steps before "ready"')
    parser.add_argument('--data', help='folder with mnist/ and tinyshakespeare/; without it: random data, same shapes')
    parser.add_argument('--channels-last', action='store_true', help='conv-vae: memory format of images and weights')
    parser.add_argument('--keep-denormals', action='store_true', help='do not flush denormal numbers to zero')
    parser.add_argument('--foreach', action='store_true', help='eager: foreach=True instead of the default')
    parser.add_argument('--compile-mode', default='default', help='mode of torch.compile')
    parser.add_argument('--compile-step', action='store_true', help="compile: also compile the optimiser's step")
    parser.add_argument('--cpp-wrapper', action='store_true', help="compile: inductor's C++ wrapper, less overhead")
    return parser.parse_args()


ARGS = parse()
# These must be set before PyTorch starts its threads.
os.environ['OMP_NUM_THREADS'] = str(ARGS.threads)
os.environ.setdefault('MKL_NUM_THREADS', str(ARGS.threads))

import numpy as np  # noqa: E402
import torch  # noqa: E402
from torch import nn  # noqa: E402
from torch.nn import functional as F  # noqa: E402

from gan import Gan, gan_trainer  # noqa: E402
from llama import Llama  # noqa: E402
from machine import load, machine  # noqa: E402
from u_net import Diffusion  # noqa: E402


class DenseVae(nn.Module):
    """784-400-40-400-784, ReLU, Bernoulli."""

    batch = 100
    rate = 1e-4

    def __init__(self):
        super().__init__()
        self.encoder = nn.Sequential(nn.Linear(784, 400), nn.ReLU(), nn.Linear(400, 80))
        self.decoder = nn.Sequential(nn.Linear(40, 400), nn.ReLU(), nn.Linear(400, 784))

    def forward(self, x):
        return vae_loss(self.encoder, self.decoder, x)


class ConvVae(nn.Module):
    """28x28x1, Bernoulli, 32 latents; every convolution 4x4, stride 2, padding 1; ReLU between layers."""

    batch = 128
    rate = 1e-3

    def __init__(self):
        super().__init__()
        self.encoder = nn.Sequential(
            nn.Conv2d(1, 32, 4, 2, 1),  # 14x14
            nn.ReLU(),
            nn.Conv2d(32, 64, 4, 2, 1),  # 7x7
            nn.ReLU(),
            nn.Flatten(),
            nn.Linear(64 * 7 * 7, 64),
        )
        self.decoder = nn.Sequential(
            nn.Linear(32, 64 * 7 * 7),
            nn.ReLU(),
            nn.Unflatten(1, (64, 7, 7)),
            nn.ConvTranspose2d(64, 32, 4, 2, 1),  # 14x14
            nn.ReLU(),
            nn.ConvTranspose2d(32, 1, 4, 2, 1),  # 28x28
        )

    def forward(self, x):
        return vae_loss(self.encoder, self.decoder, x)


def vae_loss(encoder, decoder, x):
    mean, log_variance = encoder(x).chunk(2, dim=1)
    z = mean + torch.exp(0.5 * log_variance) * torch.randn_like(mean)
    reconstruction = F.binary_cross_entropy_with_logits(decoder(z), x, reduction='sum')
    divergence = -0.5 * (1 + log_variance - mean**2 - log_variance.exp()).sum()
    return (reconstruction + divergence) / len(x)


class Block(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.heads = heads
        self.attention_norm = nn.LayerNorm(width, bias=False)
        self.query_key_value = nn.Linear(width, 3 * width, bias=False)
        self.attention_out = nn.Linear(width, width, bias=False)
        self.mlp_norm = nn.LayerNorm(width, bias=False)
        self.mlp_in = nn.Linear(width, 4 * width, bias=False)
        self.mlp_out = nn.Linear(4 * width, width, bias=False)

    def forward(self, x):
        batch, time_steps, width = x.shape
        heads = self.query_key_value(self.attention_norm(x)).view(batch, time_steps, 3, self.heads, width // self.heads)
        query, key, value = heads.permute(2, 0, 3, 1, 4)
        mixed = F.scaled_dot_product_attention(query, key, value, is_causal=True)
        x = x + self.attention_out(mixed.transpose(1, 2).reshape(batch, time_steps, width))
        return x + self.mlp_out(F.gelu(self.mlp_in(self.mlp_norm(x))))


class Transformer(nn.Module):
    """nanoGPT's CPU configuration: 4 layers, 4 heads, width 128, context 64, 65 characters, tied head, no bias."""

    batch = 12
    rate = 1e-3
    context = 64
    characters = 65

    def __init__(self, width=128, layers=4, heads=4):
        super().__init__()
        self.tokens = nn.Embedding(self.characters, width)
        self.positions = nn.Embedding(self.context, width)
        self.blocks = nn.ModuleList([Block(width, heads) for _ in range(layers)])
        self.norm = nn.LayerNorm(width, bias=False)
        for name, parameter in self.named_parameters():
            if parameter.dim() == 2:
                residual = name.endswith(('attention_out.weight', 'mlp_out.weight'))
                nn.init.normal_(parameter, std=0.02 / math.sqrt(2 * layers) if residual else 0.02)

    def forward(self, x, y):
        hidden = self.tokens(x) + self.positions.weight[: x.shape[1]]
        for block in self.blocks:
            hidden = block(hidden)
        logits = F.linear(self.norm(hidden), self.tokens.weight)
        return F.cross_entropy(logits.flatten(0, 1), y.flatten())


class Lstm(nn.Module):
    """A character model: embedding of 128, 2 layers of 256, context 64, 65 characters."""

    batch = 32
    rate = 1e-3
    context = 64
    characters = 65

    def __init__(self):
        super().__init__()
        self.tokens = nn.Embedding(self.characters, 128)
        self.layers = nn.LSTM(128, 256, 2, batch_first=True)
        self.output = nn.Linear(256, self.characters)

    def forward(self, x, y):
        hidden, _ = self.layers(self.tokens(x))
        return F.cross_entropy(self.output(hidden).flatten(0, 1), y.flatten())


TEXT = ('transformer', 'lstm', 'llama')
MODELS = {
    'dense-vae': DenseVae,
    'conv-vae': ConvVae,
    'transformer': Transformer,
    'lstm': Lstm,
    'llama': Llama,
    'diffusion': Diffusion,
    'gan': Gan,
}


def read_data(kind, folder):
    """The training data in memory, and where they come from."""
    generator = torch.Generator().manual_seed(0)
    if kind in TEXT:
        if folder is None:
            return torch.randint(Transformer.characters, (1_003_854,), generator=generator), 'random characters'
        with open(os.path.join(folder, 'tinyshakespeare', 'tinyshakespeare.txt'), encoding='utf-8') as file:
            text = file.read()
        index = {character: number for number, character in enumerate(sorted(set(text)))}
        return torch.tensor([index[character] for character in text[: int(len(text) * 0.9)]]), 'tinyshakespeare'
    if folder is None:
        images, origin = (torch.rand((25_000, 784), generator=generator) < 0.13).float(), 'random pixels'
    else:
        with gzip.open(os.path.join(folder, 'mnist', 'train-images-idx3-ubyte.gz')) as file:
            grey = np.frombuffer(file.read(), np.uint8, offset=16).reshape(-1, 784)
        images, origin = torch.from_numpy((grey[:25_000] > 127.5).astype(np.float32)), 'mnist, binarised at 0.5'
    return (images if kind == 'dense-vae' else images.view(-1, 1, 28, 28)), origin


def image_batches(images, size):
    """Whole batches of one shuffled epoch after another."""
    while True:
        order = torch.randperm(len(images))
        for start in range(0, len(images) - size + 1, size):
            yield (images[order[start : start + size]],)


def window_batches(tokens, size, context):
    """Windows at uniformly drawn places, and the same windows one character later."""
    offsets = torch.arange(context + 1)
    while True:
        starts = torch.randint(len(tokens) - context, (size, 1))
        windows = tokens[starts + offsets]
        yield windows[:, :-1], windows[:, 1:]


def optimiser_of(model, kind, mode, foreach):
    how = {'fused': True} if mode != 'eager' else {'foreach': True} if foreach else {}
    if kind not in ('transformer', 'llama'):
        return torch.optim.Adam(model.parameters(), lr=model.rate, **how)
    groups = [
        {'params': [p for p in model.parameters() if p.dim() >= 2], 'weight_decay': 0.1},
        {'params': [p for p in model.parameters() if p.dim() < 2], 'weight_decay': 0.0},
    ]
    return torch.optim.AdamW(groups, lr=model.rate, betas=(0.9, 0.99), **how)


def warm_up_cosine(step, peak=1e-3, least=1e-4, warm_up=100, end=2000):
    if step < warm_up:
        return peak * (step + 1) / (warm_up + 1)
    if step > end:
        return least
    return least + 0.5 * (1 + math.cos(math.pi * (step - warm_up) / (end - warm_up))) * (peak - least)


def trainer(args):
    """A function that trains one step and returns its loss, and the facts for the ready line."""
    torch.manual_seed(1)
    data, origin = read_data(args.model, args.data)
    model = MODELS[args.model]()
    if args.channels_last and args.model == 'conv-vae':
        data = data.contiguous(memory_format=torch.channels_last)
        model = model.to(memory_format=torch.channels_last)
    if args.model == 'gan':
        how = {'fused': True} if args.mode != 'eager' else {'foreach': True} if args.foreach else {}
        prepared = (lambda loss: torch.compile(loss, mode=args.compile_mode)) if args.mode == 'compile' else (lambda loss: loss)
        train = gan_trainer(model, image_batches(data, model.batch), prepared, how)
        return train, {'data': origin, 'parameters': sum(p.numel() for p in model.parameters())}
    optimiser = optimiser_of(model, args.model, args.mode, args.foreach)
    text = args.model in TEXT
    batches = window_batches(data, model.batch, model.context) if text else image_batches(data, model.batch)
    parameters = list(model.parameters())
    loss_of, update = model, optimiser.step
    if args.mode == 'compile':
        if args.cpp_wrapper:
            import torch._inductor.config as inductor

            inductor.cpp_wrapper = True
        loss_of = torch.compile(model, mode=args.compile_mode)
        if args.compile_step:
            update = torch.compile(optimiser.step)
    steps = 0

    def train():
        nonlocal steps
        batch = next(batches)
        if text:
            rate = warm_up_cosine(steps)
            for group in optimiser.param_groups:
                group['lr'] = rate
        loss = loss_of(*batch)
        loss.backward()
        if text:
            nn.utils.clip_grad_norm_(parameters, 1.0)
        update()
        optimiser.zero_grad(set_to_none=True)
        steps += 1
        return loss

    return train, {'data': origin, 'parameters': sum(p.numel() for p in parameters)}


def answer(message):
    sys.stdout.write(json.dumps(message) + '\n')
    sys.stdout.flush()


def serve(args):
    torch.set_num_threads(args.threads)
    if not args.keep_denormals:
        torch.set_flush_denormal(True)
    train, facts = trainer(args)
    began = time.perf_counter()
    for _ in range(args.steps):
        train()
    options = {
        name: getattr(args, name)
        for name in ('channels_last', 'keep_denormals', 'foreach', 'compile_mode', 'compile_step', 'cpp_wrapper')
    }
    answer({
        'ready': True,
        'model': args.model,
        'mode': args.mode,
        'threads': torch.get_num_threads(),
        'batch': MODELS[args.model].batch,
        **facts,
        'options': options,
        'warm_up_s': round(time.perf_counter() - began, 2),
        'machine': machine(),
        'load': load(),
    })  # fmt: skip
    for line in sys.stdin:
        words = line.split()
        if words == ['quit']:
            return
        if len(words) != 2 or words[0] != 'run' or not words[1].isdecimal() or int(words[1]) < 1:
            raise ValueError(f'not understood: {line.strip()!r}; send "run <number of steps>" or "quit"')
        times = []
        processor = time.process_time()
        for _ in range(int(words[1])):
            began = time.perf_counter()
            loss = train()
            times.append(round((time.perf_counter() - began) * 1e3, 4))
        processor = time.process_time() - processor
        answer({'steps_ms': times, 'cpu_ms': round(processor * 1e3, 2), 'loss': round(loss.item(), 4)})


if __name__ == '__main__':
    try:
        serve(ARGS)
    except Exception as error:  # the other side reads lines, not stack traces
        answer({'error': f'{type(error).__name__}: {error}'})
        sys.exit(1)
