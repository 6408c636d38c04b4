"""Times updates of torch.optim.Adam on request, so that another program can interleave them with its own.

    python bench/peers/optimiser_step.py --parameters 675000 --mode fused

One tensor of random parameters and one gradient, on one thread. One JSON object a line on standard output: the first,
{"ready": true, …}, after warming up; then for each line `run 20` {"steps_ms": [20 numbers]}; `quit` or the end of the
input ends the program.
"""

import argparse
import json
import os
import sys
import time

os.environ['OMP_NUM_THREADS'] = '1'

import torch  # noqa: E402


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--parameters', type=int, required=True)
    parser.add_argument('--mode', choices=['foreach', 'fused'], required=True)
    args = parser.parse_args()
    torch.set_num_threads(1)
    torch.set_flush_denormal(True)
    generator = torch.Generator().manual_seed(0)
    parameter = torch.nn.Parameter(torch.randn(args.parameters, generator=generator))
    parameter.grad = torch.randn(args.parameters, generator=generator)
    optimiser = torch.optim.Adam([parameter], lr=1e-3, **{args.mode: True})

    def run(steps):
        times = []
        for _ in range(steps):
            start = time.perf_counter()
            optimiser.step()
            times.append((time.perf_counter() - start) * 1e3)
        return times

    run(20)
    print(json.dumps({'ready': True, 'torch': torch.__version__, **vars(args)}), flush=True)
    for line in sys.stdin:
        command, *rest = line.split()
        if command == 'quit':
            break
        print(json.dumps({'steps_ms': run(int(rest[0]))}), flush=True)


if __name__ == '__main__':
    main()
