"""Finds PyTorch's best settings for one model: starts step_time.py once per setting and interleaves their runs.

    python bench/peers/compare_settings.py --model conv-vae --threads 2 --data <folder> \\
        "--mode eager" "--mode fused" "--mode compile" "--mode fused --channels-last"

A setting may begin with environment variables: "MALLOC_TRIM_THRESHOLD_=1000000000 --mode eager".
"""

import argparse
import json
import os
import shlex
import statistics
import subprocess
import sys

from machine import load, machine


class Peer:
    def __init__(self, setting, common):
        words = shlex.split(setting)
        changes = [word for word in words if '=' in word and not word.startswith('-')]
        environment = {**os.environ, **dict(word.split('=', 1) for word in changes)}
        program = os.path.join(os.path.dirname(os.path.abspath(__file__)), 'step_time.py')
        command = [sys.executable, program, *common, *words[len(changes) :]]
        self.setting = setting
        self.process = subprocess.Popen(
            command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self.steps = []
        self.processor = []
        self.ready = self.read()

    def read(self):
        line = self.process.stdout.readline()
        message = json.loads(line) if line else {'error': f'ended with {self.process.wait()}'}
        if 'error' in message:
            raise SystemExit(f'{self.setting}: {message["error"]}')
        return message

    def send(self, line):
        self.process.stdin.write(line + '\n')
        self.process.stdin.flush()

    def run(self, steps):
        self.send(f'run {steps}')
        message = self.read()
        self.steps += message['steps_ms']
        self.processor.append(message['cpu_ms'] / steps)

    def summary(self):
        deciles = statistics.quantiles(self.steps, n=10)
        return {
            'setting': self.setting,
            'median_ms': round(statistics.median(self.steps), 3),
            'tenth_percentile_ms': round(deciles[0], 3),
            'least_ms': round(min(self.steps), 3),
            'cpu_ms': round(min(self.processor), 3),
            'warm_up_s': self.ready['warm_up_s'],
        }


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('settings', nargs='+', help='one quoted string each')
    parser.add_argument('--model', required=True)
    parser.add_argument('--threads', default='1')
    parser.add_argument('--data')
    parser.add_argument('--rounds', type=int, default=10)
    parser.add_argument('--steps', type=int, default=20)
    parser.add_argument('--json')
    args, more = parser.parse_known_args()
    if more:
        parser.error(f'put options of a setting into one quoted string: {more}')
    common = ['--model', args.model, '--threads', args.threads, *(['--data', args.data] if args.data else [])]
    before = load()
    peers = [Peer(setting, common) for setting in args.settings]
    for round_number in range(args.rounds):
        # Rotated, so that no setting always runs after the same other one.
        for number in range(len(peers)):
            peers[(round_number + number) % len(peers)].run(args.steps)
    for peer in peers:
        peer.send('quit')
    rows = sorted((peer.summary() for peer in peers), key=lambda row: row['median_ms'])
    for row in rows:
        print(json.dumps(row))
    if args.json:
        result = {
            'what': 'PyTorch training steps, settings interleaved; milliseconds per step',
            'model': args.model,
            'threads': int(args.threads),
            'rounds': args.rounds,
            'steps_per_round': args.steps,
            'load': {'before': before, 'after': load()},
            'machine': machine(),
            'rows': rows,
        }
        with open(args.json, 'w', encoding='utf-8') as file:
            json.dump(result, file, indent=1)
            file.write('\n')


if __name__ == '__main__':
    main()
