"""Runs nanoGPT's own, unmodified programs in its CPU configuration and scores the whole validation split.

    python bench/peers/nanogpt_cpu.py --nanogpt <checkout> --text <tinyshakespeare.txt> --seeds 1337 1338 1339

nanoGPT fixes its seed in the source, so each run starts its train.py through a wrapper that replaces the
number given to torch.manual_seed and changes nothing else. Losses are in nats per character.
"""

import argparse
import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import time

CONFIGURATION = {
    'device': 'cpu',
    'compile': False,
    'dtype': 'float32',
    'eval_iters': 20,
    'log_interval': 10,
    'block_size': 64,
    'batch_size': 12,
    'n_layer': 4,
    'n_head': 4,
    'n_embd': 128,
    'max_iters': 2000,
    'lr_decay_iters': 2000,
    'dropout': 0.0,
    # Without this, nanoGPT keeps the best of nine noisy estimates; we want the weights after the last step.
    'always_save_checkpoint': True,
}

START = """
import runpy, sys, torch
seed = int(sys.argv[1])
set_seed = torch.manual_seed
torch.manual_seed = lambda fixed: set_seed(seed)
sys.path.insert(0, '.')
sys.argv = ['train.py'] + sys.argv[2:]
runpy.run_path('train.py', run_name='__main__')
"""


def commit_of(checkout):
    command = ['git', '-C', checkout, 'rev-parse', 'HEAD']
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def prepare(checkout, text):
    """nanoGPT's own prepare.py on the given text: the first 90 % train, the rest validate."""
    folder = os.path.join(checkout, 'data', 'shakespeare_char')
    shutil.copyfile(text, os.path.join(folder, 'input.txt'))
    subprocess.run([sys.executable, 'prepare.py'], cwd=folder, check=True, stdout=subprocess.DEVNULL)
    return folder


def train(checkout, seed, out, threads):
    arguments = [f'--{key}={value}' for key, value in {'out_dir': out, **CONFIGURATION}.items()]
    command = [sys.executable, '-c', START, str(seed), 'config/train_shakespeare_char.py', *arguments]
    environment = {**os.environ, 'OMP_NUM_THREADS': str(threads)}
    began = time.perf_counter()
    done = subprocess.run(command, cwd=checkout, env=environment, capture_output=True, text=True)
    seconds = time.perf_counter() - began
    if done.returncode != 0:
        raise SystemExit(f'nanoGPT failed with seed {seed}:\n{done.stderr}')
    with open(os.path.join(out, 'train.log'), 'w', encoding='utf-8') as log:
        log.write(done.stdout)
    estimates = [
        {'step': int(step), 'train': float(loss), 'validation': float(other)}
        for step, loss, other in re.findall(r'step (\d+): train loss ([\d.]+), val loss ([\d.]+)', done.stdout)
    ]
    times = [float(ms) for ms in re.findall(r'iter \d+: loss [\d.]+, time ([\d.]+)ms', done.stdout)]
    return {'seconds': round(seconds, 1), 'median_step_ms': statistics.median(times), 'estimates': estimates}


def evaluate(checkout, folder, checkpoint_file, threads, every_window):
    """Losses over all of the validation split, from the saved weights (see README for the definitions)."""
    import numpy as np
    import torch
    from torch.nn import functional as F

    sys.path.insert(0, checkout)
    from model import GPT, GPTConfig

    torch.set_num_threads(threads)
    checkpoint = torch.load(checkpoint_file, map_location='cpu')
    model = GPT(GPTConfig(**checkpoint['model_args']))
    model.load_state_dict(checkpoint['model'])
    model.eval()
    data = torch.from_numpy(np.fromfile(os.path.join(folder, 'val.bin'), dtype=np.uint16).astype(np.int64))
    context = checkpoint['model_args']['block_size']

    @torch.no_grad()
    def losses(starts, length=context):
        index = starts[:, None] + torch.arange(length)
        logits, _ = model(data[index], data[index + 1])
        flat = F.cross_entropy(logits.flatten(0, 1), data[index + 1].flatten(), reduction='none')
        return flat.view(len(starts), length).double()

    def position_means(starts):
        total = torch.zeros(context, dtype=torch.float64)
        for part in starts.split(512):
            total += losses(part).sum(0)
        return total / len(starts)

    targets = len(data) - 1
    windows = torch.arange(targets // context) * context
    rest = targets % context
    means = position_means(windows)
    total = means.sum().item() * len(windows)
    if rest:
        total += losses(torch.tensor([targets - rest]), rest).sum().item()
    result = {
        'updates': checkpoint['iter_num'],
        'whole_validation': total / targets,
        'scored': targets,
    }
    # nanoGPT's 20-batch estimate, drawn often enough to know its spread.
    torch.manual_seed(0)
    draws = []
    for _ in range(20):
        batches = [losses(torch.randint(len(data) - context, (12,))).mean().item() for _ in range(20)]
        draws.append(statistics.mean(batches))
    result['estimate_20_batches'] = {'mean': statistics.mean(draws), 'sd': statistics.stdev(draws), 'draws': 20}
    if every_window:
        means = position_means(torch.arange(len(data) - context))
        result['every_window'] = means.mean().item()
        result['every_window_last_position'] = means[-1].item()
        result['every_window_by_position'] = [round(value, 4) for value in means.tolist()]
    return result


def main():
    from machine import load, machine

    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--nanogpt', required=True, help='a checkout of github.com/karpathy/nanoGPT')
    parser.add_argument('--text', required=True, help='tinyshakespeare.txt')
    parser.add_argument('--seeds', type=int, nargs='+', default=[1337, 1338, 1339])
    parser.add_argument('--threads', type=int, default=1)
    parser.add_argument('--work', required=True, help='where nanoGPT writes its checkpoints')
    parser.add_argument('--every-window', action='store_true', help='also score all windows at stride 1 (minutes)')
    parser.add_argument('--json', required=True, help='where the result goes')
    args = parser.parse_args()

    checkout = os.path.abspath(args.nanogpt)
    folder = prepare(checkout, args.text)
    runs = []
    for seed in args.seeds:
        out = os.path.abspath(os.path.join(args.work, f'seed-{seed}'))
        os.makedirs(out, exist_ok=True)
        before = load()
        trained = train(checkout, seed, out, args.threads)
        after = load()
        checkpoint_file = os.path.join(out, 'ckpt.pt')
        scored = evaluate(checkout, folder, checkpoint_file, args.threads, args.every_window)
        runs.append({'seed': seed, **trained, 'load': {'before': before, 'after': after}, **scored})
        print(f'seed {seed}: {scored["whole_validation"]:.4f} nats per character, {trained["seconds"]} s', flush=True)
    whole = [run['whole_validation'] for run in runs]
    result = {
        'what': 'nanoGPT, its own code, CPU configuration, tinyshakespeare; nats per character',
        'nanogpt': commit_of(checkout),
        'configuration': CONFIGURATION,
        'threads': args.threads,
        'machine': machine(),
        'whole_validation': {
            'mean': statistics.mean(whole),
            'sd': statistics.stdev(whole) if len(whole) > 1 else None,
            'seeds': len(whole),
        },
        'published_estimate': 1.88,
        'runs': runs,
    }
    with open(args.json, 'w', encoding='utf-8') as file:
        json.dump(result, file, indent=1)
        file.write('\n')


if __name__ == '__main__':
    main()
