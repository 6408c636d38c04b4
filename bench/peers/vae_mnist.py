"""A dense VAE (784-400-40, Bernoulli) on binarised MNIST by pythae's recipe, in plain PyTorch.

    python bench/peers/vae_mnist.py --mnist <folder with the IDX files> --work <folder> --json <result>

The recipe is examples/scripts/reproducibility/vae.py of github.com/clementchadebec/benchmark_VAE@6419e215:
Adam 1e-4, batch 100, 500 epochs, rate times 10^(-1/5) after epochs 200, 350 and 500, the weights with the best
validation loss are the result. Deviations: images binarised at 0.5 instead of a fixed stochastic binarisation,
and the images that there are (README says which are held out). Losses are in nats per image.
A stopped run continues from its last checkpoint and gives the same numbers.
"""

import argparse
import copy
import gzip
import json
import math
import os
import statistics
import time

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from machine import load, machine

EPOCHS = 500
BATCH = 100
RATE = 1e-4
MILESTONES = [200, 350, 500]
GAMMA = 10 ** (-1 / 5)
SAMPLES = 200
SNAPSHOTS = [1, 10, 50, 100, 200, 350]


class DenseVae(nn.Module):
    def __init__(self, pixels=784, hidden=400, latent=40):
        super().__init__()
        self.encoder = nn.Linear(pixels, hidden)
        self.mean = nn.Linear(hidden, latent)
        self.log_variance = nn.Linear(hidden, latent)
        self.decoder = nn.Linear(latent, hidden)
        self.logits = nn.Linear(hidden, pixels)

    def encode(self, x):
        hidden = torch.relu(self.encoder(x))
        return self.mean(hidden), self.log_variance(hidden)

    def decode(self, z):
        return self.logits(torch.relu(self.decoder(z)))

    def loss(self, x):
        """Negative ELBO in nats, mean over the batch: one latent sample, the KL term in closed form."""
        mean, log_variance = self.encode(x)
        z = mean + torch.exp(0.5 * log_variance) * torch.randn_like(mean)
        reconstruction = F.binary_cross_entropy_with_logits(self.decode(z), x, reduction='sum')
        divergence = -0.5 * (1 + log_variance - mean**2 - log_variance.exp()).sum()
        return (reconstruction + divergence) / len(x)


@torch.no_grad()
def bounds(model, images, samples, seed):
    """Means over images, in nats: the importance-weighted bound on -log p(x), and the negative ELBO
    (sampled in full, and with its KL term in closed form)."""
    generator = torch.Generator().manual_seed(seed)
    bound = elbo = closed = 0.0
    for x in images.split(20):
        mean, log_variance = model.encode(x)
        noise = torch.randn((len(x), samples, mean.shape[1]), generator=generator)
        z = mean[:, None] + torch.exp(0.5 * log_variance)[:, None] * noise
        logits = model.decode(z)
        # log p(x|z) = x.l - log(1 + e^l) summed over pixels [images, samples].
        likelihood = (logits @ x[:, :, None]).squeeze(-1).double() - F.softplus(logits).sum(-1).double()
        prior = -0.5 * (z.double() ** 2).sum(-1)
        posterior = -0.5 * (noise.double() ** 2).sum(-1) - 0.5 * log_variance.double().sum(-1, keepdim=True)
        weights = likelihood + prior - posterior
        divergence = -0.5 * (1 + log_variance - mean**2 - log_variance.exp()).double().sum(-1)
        bound -= (torch.logsumexp(weights, 1) - math.log(samples)).sum().item()
        elbo -= weights.mean(1).sum().item()
        closed += (divergence - likelihood.mean(1)).sum().item()
    count = len(images)
    return {
        'bound': round(bound / count, 4),
        'elbo': round(elbo / count, 4),
        'elbo_closed_kl': round(closed / count, 4),
    }


def read_images(folder, name):
    """IDX images as float32 zeros and ones [n, 784]: one where the grey value is above half."""
    with gzip.open(os.path.join(folder, name)) as file:
        content = file.read()
    kind, count, rows, columns = (int(size) for size in np.frombuffer(content, '>i4', 4))
    if kind != 2051:
        raise SystemExit(f'{name}: not an IDX file of images (magic number {kind})')
    grey = np.frombuffer(content, np.uint8, offset=16).reshape(count, rows * columns)
    return torch.from_numpy((grey > 127.5).astype(np.float32))


def save(path, state):
    torch.save(state, path + '.tmp')
    os.replace(path + '.tmp', path)


def train(images, validation, test, seed, work, epochs):
    """One seed's run, continued from its checkpoint if there is one."""
    checkpoint_file = os.path.join(work, f'seed-{seed}.pt')
    torch.manual_seed(seed)
    model = DenseVae()
    optimiser = torch.optim.Adam(model.parameters(), lr=RATE, fused=True)
    schedule = torch.optim.lr_scheduler.MultiStepLR(optimiser, MILESTONES, GAMMA)
    state = {'epoch': 0, 'best': math.inf, 'best_epoch': 0, 'best_weights': None, 'seconds': 0.0, 'curve': []}
    snapshots = []
    if os.path.exists(checkpoint_file):
        saved = torch.load(checkpoint_file, weights_only=True)
        model.load_state_dict(saved['weights'])
        optimiser.load_state_dict(saved['optimiser'])
        schedule.load_state_dict(saved['schedule'])
        torch.set_rng_state(saved['random'])
        state, snapshots = saved['state'], saved['snapshots']
        print(f'seed {seed}: continues after epoch {state["epoch"]}', flush=True)

    while state['epoch'] < epochs:
        epoch = state['epoch'] + 1
        began = time.perf_counter()
        losses = []
        for index in torch.randperm(len(images)).split(BATCH):
            loss = model.loss(images[index])
            optimiser.zero_grad(set_to_none=True)
            loss.backward()
            optimiser.step()
            losses.append(loss.item())
        with torch.no_grad():
            held_out = statistics.mean(model.loss(part).item() for part in validation.split(BATCH))
        rate = optimiser.param_groups[0]['lr']
        schedule.step()
        if held_out < state['best']:
            weights = copy.deepcopy(model.state_dict())
            state.update(best=held_out, best_epoch=epoch, best_weights=weights)
        state['seconds'] += time.perf_counter() - began
        state['epoch'] = epoch
        if epoch in (1, 2, 5, 10) or epoch % 20 == 0 or epoch == epochs:
            row = {'epoch': epoch, 'rate': rate, 'train': statistics.mean(losses), 'validation': held_out}
            state['curve'].append(row)
        if epoch in SNAPSHOTS:
            snapshots.append({'epoch': epoch, **bounds(model, test, SAMPLES, seed=epoch)})
        if epoch % 10 == 0 or epoch == epochs:
            save(checkpoint_file, {
                'weights': model.state_dict(),
                'optimiser': optimiser.state_dict(),
                'schedule': schedule.state_dict(),
                'random': torch.get_rng_state(),
                'state': state,
                'snapshots': snapshots,
            })  # fmt: skip
            print(f'seed {seed} epoch {epoch}: validation {held_out:.3f}, {state["seconds"]:.0f} s', flush=True)
    return model, state, snapshots


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--mnist', required=True, help='folder with train-images-idx3-ubyte.gz and t10k-…')
    parser.add_argument('--seeds', type=int, nargs='+', default=[1, 2, 3])
    parser.add_argument('--validation', type=int, default=5000, help='how many of the last training images are held out')
    parser.add_argument('--epochs', type=int, default=EPOCHS)
    parser.add_argument('--threads', type=int, default=1)
    parser.add_argument('--work', required=True, help='where checkpoints go')
    parser.add_argument('--json', required=True, help='where the result goes')
    args = parser.parse_args()

    # Rare pixels leave Adam's moments to decay into denormal numbers, which are slow.
    torch.set_flush_denormal(True)
    torch.set_num_threads(args.threads)
    os.makedirs(args.work, exist_ok=True)
    images = read_images(args.mnist, 'train-images-idx3-ubyte.gz')
    test = read_images(args.mnist, 't10k-images-idx3-ubyte.gz')
    validation = images[len(images) - args.validation :]
    images = images[: len(images) - args.validation]

    runs = []
    for seed in args.seeds:
        before = load()
        last, state, snapshots = train(images, validation, test, seed, args.work, args.epochs)
        best = DenseVae()
        best.load_state_dict(state['best_weights'])
        rounds = [bounds(best, test, SAMPLES, seed=1000 + number) for number in range(3)]
        runs.append({
            'seed': seed,
            'seconds': round(state['seconds'], 1),
            'load': {'before': before, 'after': load()},
            'best_epoch': state['best_epoch'],
            'best_validation_loss': round(state['best'], 4),
            'test': rounds[0],
            'test_bound_repeated': [one['bound'] for one in rounds],
            'test_of_last_weights': bounds(last, test, SAMPLES, seed=2000),
            'train_bound_first_10000': bounds(best, images[:10000], SAMPLES, seed=3000),
            'test_after_epoch': snapshots,
            'curve': state['curve'],
        })  # fmt: skip
        print(f'seed {seed}: {json.dumps(runs[-1]["test"])}', flush=True)
        values = [run['test']['bound'] for run in runs]
        result = {
            'what': 'VAE 784-400-40, Bernoulli, binarised MNIST; nats per test image, lower is better',
            'recipe': 'benchmark_VAE@6419e215 examples/scripts/reproducibility/vae.py',
            'optimiser': {'name': 'Adam', 'rate': RATE, 'milestones': MILESTONES, 'gamma': GAMMA, 'batch': BATCH},
            'epochs': args.epochs,
            'images': {'train': len(images), 'validation': len(validation), 'test': len(test)},
            'samples': SAMPLES,
            'threads': args.threads,
            'machine': machine(),
            'test_bound': {
                'mean': statistics.mean(values),
                'sd': statistics.stdev(values) if len(values) > 1 else None,
                'seeds': len(values),
            },
            'runs': runs,
        }
        with open(args.json, 'w', encoding='utf-8') as file:
            json.dump(result, file, indent=1)
            file.write('\n')


if __name__ == '__main__':
    main()
