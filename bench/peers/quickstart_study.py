"""Graft's quickstart study as a plain PyTorch program: the same trials and the same metrics, data in memory.

    python bench/peers/quickstart_study.py --data quickstart.npz --threads 1 --processes 2

`quickstart.npz` is written by `npm run bench -- export-quickstart-data quickstart.npz`: settings, images, the items of
every budget and the weights of the feature networks are Graft's; random numbers are PyTorch's own.

A dense VAE is pre-trained on the source. For each technique and budget a learning rate is chosen on a grid by the lowest
validation loss of one tuning seed; then each seed is trained with it, and the weights of its best look at validation
are measured: the importance-weighted bound on test items of target, source and unseen sets and on the training items,
samples (share that are no near-copies of training items; in the feature networks FID, KID, precision, recall, density
and coverage against target and unseen sets, and the share that is recognised), reconstruction error, time of single samples. No files are written:
Graft also writes weights, pictures, a database and a report.

Prints one JSON object: seconds in total and by phase, and the mean of each metric for each technique and budget.
"""

import time

BEGAN = time.perf_counter()

import argparse  # noqa: E402
import copy  # noqa: E402
import json  # noqa: E402
import math  # noqa: E402
import multiprocessing  # noqa: E402
import os  # noqa: E402
import statistics  # noqa: E402
import sys  # noqa: E402
from functools import cached_property  # noqa: E402


def parse():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--data', required=True, help='file that export-quickstart-data wrote')
    parser.add_argument('--threads', type=int, default=1, help='threads of each process')
    parser.add_argument('--processes', type=int, default=1, help='processes that share tuning runs and trials')
    parser.add_argument('--pretrain-threads', type=int, help='threads of pre-training; default: --threads')
    args = parser.parse_args()
    if not os.path.isfile(args.data):
        parser.error(f'there is no file {args.data}; npm run bench -- export-quickstart-data writes it')
    if min(args.threads, args.processes, args.pretrain_threads or 1) < 1:
        parser.error('threads and processes are counted from 1')
    return args


ARGS = parse()
# These must be set before PyTorch starts its threads; a process may take fewer later.
MOST_THREADS = max(ARGS.threads, ARGS.pretrain_threads or 1)
os.environ['OMP_NUM_THREADS'] = str(MOST_THREADS)
os.environ.setdefault('MKL_NUM_THREADS', str(MOST_THREADS))

import numpy as np  # noqa: E402
import torch  # noqa: E402
from torch import nn  # noqa: E402
from torch.nn import functional as F  # noqa: E402

from machine import load, machine  # noqa: E402


class Diverged(Exception):
    pass


class Vae(nn.Module):
    """Pixels -> hidden widths -> mean and log-variance; code -> hidden widths in reverse -> logits, an activation between.

    `layers` are the units that techniques freeze, from input to output.
    """

    def __init__(self, pixels, hidden, latent, activation):
        super().__init__()
        self.latent = latent
        self.activation = {'relu': torch.relu, 'silu': F.silu}[activation]
        self.head = len(hidden)  # index of the layer that gives mean and log-variance
        into, back = [pixels, *hidden], [latent, *reversed(hidden)]
        self.layers = nn.ModuleList([
            *(nn.Linear(a, b) for a, b in zip(into, into[1:])),
            nn.Linear(into[-1], 2 * latent),
            *(nn.Linear(a, b) for a, b in zip(back, [*back[1:], pixels])),
        ])  # fmt: skip

    def below(self, x, first):
        """What a frozen part of layers 0 … first-1 makes of x, so that it can be stored: what `cost` starts from."""
        for layer in self.layers[: min(first, self.head)]:
            x = self.activation(layer(x))
        return self.posterior(x) if first > self.head else (x,)

    def posterior(self, hidden):
        """Mean, standard deviation and divergence from the prior [items]."""
        mean, log_variance = self.layers[self.head](hidden).chunk(2, dim=1)
        deviation = torch.exp(0.5 * log_variance)
        return mean, deviation, 0.5 * (mean**2 + deviation**2 - log_variance - 1).sum(1)

    def encode(self, x):
        return self.below(x, self.head + 1)

    def decode(self, z):
        *inner, output = self.layers[self.head + 1 :]
        for layer in inner:
            z = self.activation(layer(z))
        return output(z)

    def cost(self, stored, first, x, noise):
        """Negative ELBO in nats, mean over items; `stored` is `below(x, first)`."""
        if first <= self.head:
            (hidden,) = stored
            for layer in self.layers[first : self.head]:
                hidden = self.activation(layer(hidden))
            stored = self.posterior(hidden)
        mean, deviation, divergence = stored
        logits = self.decode(torch.addcmul(mean, deviation, noise))
        return (F.softplus(logits).sum() - torch.dot(logits.view(-1), x.view(-1)) + divergence.sum()) / len(x)

    def weights(self):
        return [parameter.detach().clone() for parameter in self.parameters()]

    @torch.no_grad()
    def set_weights(self, weights):
        for parameter, value in zip(self.parameters(), weights):
            parameter.copy_(value)


class Patience:
    """Converged after `patience` looks in a row that do not improve by more than a share of the last improvement."""

    def __init__(self, patience, tolerance):
        self.patience, self.tolerance = patience, tolerance
        self.reference, self.since = None, 0

    def look(self, value):
        if self.reference is None or value < self.reference - self.tolerance * abs(self.reference):
            self.reference, self.since = value, 0
        else:
            self.since += 1
        return self.since >= self.patience


def batches_of(count, size, steps, generator):
    """Items of each update [steps, size]: one order of all items after the other, laid end to end."""
    epochs = math.ceil(steps * size / count)
    order = torch.cat([torch.randperm(count, generator=generator) for _ in range(epochs)])
    return order[: steps * size].view(steps, size)


def train(model, images, validation, stages, options, rate, generator, cosine=False):
    """Trains stages (first trained layer, whether the stage ends at convergence) and sets the weights of the best look.

    Returns the lowest validation loss. What frozen layers make of an item is computed once.
    """
    steps, looks = options['steps'], options['looks']
    order = batches_of(len(images), min(options['batch'], len(images)), steps, generator)
    noise = torch.randn((*order.shape, model.latent), generator=generator)
    validation_noise = torch.randn((len(validation), model.latent), generator=generator)
    best, best_weights, step = math.inf, None, 0
    for number, (first, until_convergence) in enumerate(stages):
        if step >= steps:
            break
        for index, layer in enumerate(model.layers):
            layer.requires_grad_(index >= first)
        with torch.no_grad():
            stored = model.below(images, first)
            stored_validation = model.below(validation, first)
        optimiser = torch.optim.Adam([p for p in model.parameters() if p.requires_grad], lr=rate, fused=True)
        patience = Patience(options.get('patience', steps), options.get('tolerance', 0))

        def look():
            nonlocal best, best_weights
            with torch.inference_mode():
                loss = model.cost(stored_validation, first, validation, validation_noise).item()
            if not math.isfinite(loss):
                raise Diverged(f'the validation loss at update {step}')
            if loss < best:
                best, best_weights = loss, model.weights()
            return patience.look(loss)

        if number == 0:
            look()
        else:  # a stage goes on from the best weights of the one before
            patience.look(best)
        total = torch.zeros(())
        while step < steps:
            if cosine:
                optimiser.param_groups[0]['lr'] = 0.5 * rate * (1 + math.cos(math.pi * step / steps))
            items = order[step]
            loss = model.cost([part[items] for part in stored], first, images[items], noise[step])
            optimiser.zero_grad(set_to_none=True)
            loss.backward()
            optimiser.step()
            total += loss.detach()
            step += 1
            if step * looks // steps > (step - 1) * looks // steps or step == steps:
                if not math.isfinite(total.item()):
                    raise Diverged(f'the training loss before update {step}')
                total.zero_()
                if look() and until_convergence:
                    break
        if until_convergence:
            model.set_weights(best_weights)
    if best_weights is None:  # nothing was trained: looked at once
        with torch.inference_mode():
            return model.cost((validation,), 0, validation, validation_noise).item()
    model.set_weights(best_weights)
    return best


def stages_of(technique, layers):
    """(first trained layer, until convergence) for each stage."""
    return {
        'source-only': [],
        'from-scratch': [(0, False)],
        'fine-tune': [(0, False)],
        'feature-extraction': [(layers - 1, False)],
        'gradual-unfreezing': [(first, True) for first in reversed(range(layers))],
    }[technique]


@torch.inference_mode()
def bound(model, images, samples, generator):
    """Importance-weighted bound on -log p(x) in nats, mean over images. Eight images at a time stay in the cache."""
    total = 0.0
    for x in images.split(8):
        mean, deviation, _ = model.encode(x)
        noise = torch.randn((len(x), samples, model.latent), generator=generator)
        z = torch.addcmul(mean[:, None], deviation[:, None], noise)
        logits = model.decode(z.view(-1, model.latent)).view(len(x), samples, -1)
        # log p(x|z) = x.l - log(1 + e^l) summed over pixels [images, samples].
        likelihood = torch.bmm(logits, x[:, :, None]).squeeze(-1) - F.softplus(logits).sum(-1)
        # log p(z) - log q(z|x); the constants cancel.
        ratio = 0.5 * (noise.square() - z.square()).sum(-1) + deviation.log().sum(-1, keepdim=True)
        total -= (torch.logsumexp((likelihood + ratio).double(), 1) - math.log(samples)).sum().item()
    return total / len(images)


class Network:
    """A feature network in evaluation: batch normalisation folded into the weights before it."""

    def __init__(self, name, card, arrays):
        self.name = name
        self.recognition = card.get('recognition')
        self.config = card['architecture']['config']
        self.classifier = card['architecture']['family'] == 'classifier'
        prefix = f'network/{name}/'
        self.tensors = {key[len(prefix) :]: value for key, value in arrays.items() if key.startswith(prefix)}
        self.blocks = range(len(self.config['channels']))
        names = [f'conv/{i}' for i in self.blocks] + ['features'] if self.classifier else []
        self.folded = {layer: self.fold(layer) for layer in names}

    def fold(self, layer):
        part = {key: self.tensors.get(f'{layer}/{key}') for key in ('weight', 'scale', 'bias')}
        if part['scale'] is None:
            return part['weight'], part['bias']
        factor = part['scale'] / torch.sqrt(self.tensors[f'state/{layer}/variance'] + 1e-5)
        shape = [-1] + [1] * (part['weight'].dim() - 1)
        return part['weight'] * factor.view(shape), part['bias'] - self.tensors[f'state/{layer}/mean'] * factor

    def raw(self, x):
        if not self.classifier:
            for i in self.blocks:
                layer = f'encoder/{i}'
                x = F.elu(F.conv2d(x, self.tensors[f'{layer}/weight'], self.tensors[f'{layer}/bias'], 2, 1))
            return F.linear(x.flatten(1), self.tensors['encoder/latent/weight'], self.tensors['encoder/latent/bias'])
        for i in self.blocks:
            x = torch.relu_(F.conv2d(x, *self.folded[f'conv/{i}'], padding=1))
            if i < len(self.blocks) - 1:
                x = F.max_pool2d(x, 2)
        return torch.relu_(F.linear(x.flatten(1), *self.folded['features']))

    def features(self, images):
        values = torch.cat([self.raw(x) for x in self.planes(images)])
        return ((values - self.tensors['features/mean']) / self.tensors['features/deviation']).double()

    def recognised(self, images):
        """Share of images to which one class, the one for 'none' aside, gets at least the probability `threshold`."""
        values = torch.cat([self.raw(x) for x in self.planes(images)])
        logits = F.linear(values, self.tensors['logits/weight'], self.tensors['logits/bias'])
        probabilities = logits.softmax(1)
        probabilities[:, self.recognition['noClass']] = 0
        return (probabilities.amax(1) >= self.recognition['threshold']).double().mean().item()

    def planes(self, images):
        return images.view(-1, *self.config['image']).split(64)


class Reference:
    """Features of the held-out real images and all that does not depend on a model, computed once in a process."""

    def __init__(self, network, images, k=5):
        self.network, self.images, self.k = network, images, k

    @cached_property
    def features(self):
        return self.network.features(self.images)

    @cached_property
    def recognised(self):
        return self.network.recognised(self.images)

    @cached_property
    def moments(self):
        covariance = torch.cov(self.features.T)
        values, vectors = torch.linalg.eigh(covariance)
        return self.features.mean(0), covariance, (vectors * values.clamp(min=0).sqrt()) @ vectors.T

    @cached_property
    def kernel_within(self):
        return kernel_within(self.features)

    @cached_property
    def radii(self):
        return ball_radii(self.features, self.k)

    def frechet(self, generated):
        mean, covariance, root = self.moments
        other = torch.cov(generated.T)
        product = torch.linalg.eigvalsh(root @ other @ root).clamp(min=0).sqrt().sum()
        difference = mean - generated.mean(0)
        return (difference @ difference + covariance.trace() + other.trace() - 2 * product).item()

    def kernel_distance(self, generated):
        across = kernel(self.features, generated).mean()
        return (self.kernel_within + kernel_within(generated) - 2 * across).item()

    def balls(self, generated):
        distance = torch.cdist(generated, self.features)
        in_real = distance < self.radii
        return {
            'precision': in_real.any(1).double().mean().item(),
            'recall': (distance < ball_radii(generated, self.k)[:, None]).any(0).double().mean().item(),
            'density': in_real.sum().item() / (self.k * len(generated)),
            'coverage': in_real.any(0).double().mean().item(),
        }


def kernel(x, y):
    return (x @ y.T / x.shape[1] + 1) ** 3


def kernel_within(x):
    products = kernel(x, x)
    return (products.sum() - products.trace()) / (len(x) * (len(x) - 1))


def ball_radii(x, k):
    return torch.cdist(x, x).kthvalue(k + 1, dim=1).values


@torch.inference_mode()
def authentic(train_images, generated):
    """Percentage of samples farther from the nearest training item than that is from its own nearest other one."""
    spacing = torch.cdist(train_images, train_images).fill_diagonal_(math.inf).amin(1)
    distance, nearest = torch.cdist(generated, train_images).min(1)
    return 100 * (spacing[nearest] < distance).double().mean().item()


class Study:
    def __init__(self, path):
        with np.load(path) as file:
            arrays = {name: file[name] for name in file.files}
        self.settings = json.loads(bytes(arrays.pop('settings')))
        tensors = {name: torch.from_numpy(array) for name, array in arrays.items()}
        self.indices = {name: value.long() for name, value in tensors.items() if name.startswith('budget/')}
        self.images = {name: value.float() for name, value in tensors.items() if value.dtype == torch.uint8}
        networks = [Network(n['name'], n['card'], tensors) for n in self.settings['networks']]
        unseen = {f' on {name}': self.images[f'unseen/{i}'] for i, name in enumerate(self.settings['unseen'])}
        # Samples are recognised once, and judged on the target and on every set never trained on.
        self.references = [
            (
                network,
                {
                    on: Reference(network, real)
                    for on, real in {'': self.images['target/test'], **unseen}.items()
                    if on == '' or network.recognition is None
                },
            )
            for network in networks
        ]
        self.blank = self.fresh(0)
        # Written by the process that pre-trains, read by all.
        self.pretrained = [parameter.share_memory_() for parameter in self.blank.weights()]

    def fresh(self, seed):
        torch.manual_seed(seed)
        settings = self.settings
        pixels = self.images['source/train'].shape[1]
        return Vae(pixels, settings['hidden'], settings['latent'], settings['activation'])

    def pretrain(self):
        model = self.fresh(1)
        images, validation = self.images['source/train'], self.images['source/validation']
        generator = torch.Generator().manual_seed(1)
        options = self.settings['pretrain']
        loss = train(model, images, validation, [(0, False)], options, options['learningRate'], generator, cosine=True)
        for shared, value in zip(self.pretrained, model.weights()):
            shared.copy_(value)
        return loss

    def part(self, seed, budget, part):
        return self.images['target/train'][self.indices[f'budget/{seed}/{budget}/{part}']]

    def adapt(self, technique, budget, seed, rate):
        if technique == 'from-scratch':
            model = self.fresh(seed)
        else:
            model = copy.deepcopy(self.blank)
            model.set_weights(self.pretrained)
        images = self.part(seed, budget, 'train')
        stages = stages_of(technique, len(model.layers))
        generator = torch.Generator().manual_seed(seed)
        options = self.settings['training']
        loss = train(model, images, self.part(seed, budget, 'validation'), stages, options, rate, generator)
        return model, images, loss

    def tune(self, technique, budget, seed, rate):
        began = time.perf_counter()
        try:
            _, _, loss = self.adapt(technique, budget, seed, rate)
        except Diverged:
            loss = math.inf
        return {'validation': loss, 'tune': time.perf_counter() - began}

    def trial(self, technique, budget, seed, rate):
        began = time.perf_counter()
        model, images, _ = self.adapt(technique, budget, seed, rate)
        trained = time.perf_counter()
        metrics, parts = self.measure(model, images, seed)
        seconds = {'train': trained - began, 'measure': time.perf_counter() - trained}
        return {'metrics': metrics, 'parts': parts, **seconds}

    @torch.inference_mode()
    def measure(self, model, train_images, seed):
        settings = self.settings
        generator = torch.Generator().manual_seed(seed)
        at = [time.perf_counter()]
        sets = {
            'target/test': self.images['target/test'],
            'target/train': train_images,
            'source/test': self.images['source/test'],
            **{f'{name}/test': self.images[f'unseen/{i}'] for i, name in enumerate(settings['unseen'])},
        }
        metrics = {
            f'nll {name}': bound(model, images, settings['importanceSamples'], generator)
            for name, images in sets.items()
        }
        at.append(time.perf_counter())

        target = self.images['target/test']
        latents = torch.randn((settings['samples'], model.latent), generator=generator)
        samples = torch.sigmoid(model.decode(latents))
        metrics['authpct'] = authentic(train_images, samples)
        reconstructed = torch.sigmoid(model.decode(model.encode(target)[0]))
        metrics['reconstruction_mse'] = F.mse_loss(reconstructed, target).item()
        at.append(time.perf_counter())

        for number, (network, references) in enumerate(self.references):
            name = network.name
            if network.recognition is not None:
                metrics[f'recognised {name}'] = network.recognised(samples)
                metrics[f'recognised {name}, real'] = references[''].recognised
                continue
            features = network.features(samples)
            for on, reference in references.items():
                if min(len(features), len(reference.features)) > features.shape[1]:
                    metrics[f'fid {name}{on}'] = reference.frechet(features)
                metrics[f'kid {name}{on}'] = reference.kernel_distance(features)
                if number == 0:
                    metrics |= {f'{key} {name}{on}': value for key, value in reference.balls(features).items()}
        at.append(time.perf_counter())

        times = []
        for z in torch.randn((21, 1, model.latent), generator=generator):
            began = time.perf_counter()
            torch.sigmoid(model.decode(z))
            times.append((time.perf_counter() - began) * 1e3)
        times = sorted(times[1:])
        metrics['latency_p50_ms'], metrics['latency_p95_ms'] = times[9], times[18]
        at.append(time.perf_counter())
        parts = ['likelihood', 'samples', 'quality', 'latency']
        return metrics, {part: after - before for part, before, after in zip(parts, at, at[1:])}


STUDY = None


def perform(job):
    kind, *arguments = job
    return getattr(STUDY, kind)(*arguments)


def use_threads(threads):
    torch.set_num_threads(threads)
    torch.set_flush_denormal(True)


def run(study, pool):
    """All of the study; `pool` maps jobs to results, in order."""
    settings = study.settings
    grid, budgets, techniques = settings['training']['learningRates'], settings['budgets'], settings['techniques']
    cells = [(technique, budget) for budget in budgets for technique in techniques]
    seconds = {'start': time.perf_counter() - BEGAN}
    wall = {}

    began = time.perf_counter()
    use_threads(ARGS.pretrain_threads or ARGS.threads)
    pretraining = study.pretrain()
    use_threads(ARGS.threads)
    wall['pretrain'] = seconds['pretrain'] = time.perf_counter() - began

    began = time.perf_counter()
    searched = [cell for cell in cells if stages_of(cell[0], 1)]
    runs = [(*cell, rate, seed) for cell in searched for rate in grid for seed in settings['tuningSeeds']]
    tuned = pool([('tune', technique, budget, seed, rate) for technique, budget, rate, seed in runs])
    losses = {}
    for (technique, budget, rate, _), result in zip(runs, tuned):
        losses.setdefault((technique, budget), {}).setdefault(rate, []).append(result['validation'])
    rates = {
        cell: min(sorted(by_rate), key=lambda rate: statistics.mean(by_rate[rate])) for cell, by_rate in losses.items()
    }
    seconds['tune'] = sum(result['tune'] for result in tuned)
    wall['tune'] = time.perf_counter() - began

    began = time.perf_counter()
    trials = [(*cell, seed) for cell in cells for seed in settings['seeds']]
    results = pool([('trial', *trial, rates.get(trial[:2], grid[0])) for trial in trials])
    for key in ('train', 'measure'):
        seconds[key] = sum(result[key] for result in results)
    wall['trials'] = time.perf_counter() - began
    seconds['total'] = time.perf_counter() - BEGAN

    table = []
    for cell in cells:
        found = [result['metrics'] for trial, result in zip(trials, results) if trial[:2] == cell]
        means = {name: round(statistics.mean(metrics[name] for metrics in found), 4) for name in found[0]}
        table.append({
            'technique': cell[0],
            'budget': cell[1],
            'learning_rate': rates.get(cell),
            'nll': means['nll target/test'],
            'metrics': means,
        })  # fmt: skip
    parts = results[0]['parts']
    return {
        'study': settings['name'],
        'torch': torch.__version__,
        'threads': ARGS.threads,
        'processes': ARGS.processes,
        'pretrain_threads': ARGS.pretrain_threads or ARGS.threads,
        # Work of all processes together, but for `total` and `start`.
        'seconds': rounded(seconds),
        'wall_seconds': rounded(wall),
        'measuring_seconds': rounded({part: sum(result['parts'][part] for result in results) for part in parts}),
        'runs': {'tune': len(runs), 'trials': len(trials)},
        'pretraining_validation': round(pretraining, 4),
        'cells': table,
        'machine': machine(),
        'load': load(),
    }


def rounded(values):
    return {name: round(value, 3) for name, value in values.items()}


def main():
    global STUDY
    # One thread until all processes are started: a process that has used several must not be forked.
    use_threads(1)
    STUDY = Study(ARGS.data)
    if ARGS.processes == 1:
        result = run(STUDY, lambda jobs: [perform(job) for job in jobs])
    else:
        context = multiprocessing.get_context('fork')
        with context.Pool(ARGS.processes, use_threads, (ARGS.threads,)) as pool:
            result = run(STUDY, lambda jobs: pool.map(perform, jobs, chunksize=1))
    json.dump(result, sys.stdout, indent=1)
    print()


if __name__ == '__main__':
    main()
