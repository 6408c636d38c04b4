import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { recordedRun } from '../../../test/recorded-run.ts';
import { writeNpyFile } from '../../formats/npy.ts';
import { stream } from '../../random.ts';

/** The built program, in processes of its own: as a person runs it. */
const program = fileURLToPath(new URL('../../../dist/graft.js', import.meta.url));
const built = existsSync(program);

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'graft-study-'));
  const bars = (seed: number) => {
    const at = stream(seed).integers(120, 6);
    const noise = stream(seed)
      .child('noise')
      .integers(120 * 64, 60);
    const data = Uint8Array.from({ length: 120 * 64 }, (_, i) => {
      const place = at[Math.floor(i / 64)]!;
      return (i % 8 === place || i % 8 === place + 1 ? 180 : 0) + noise[i]!;
    });
    return { dtype: 'uint8' as const, shape: [120, 8, 8], data };
  };
  writeNpyFile(join(folder, 'source.npy'), bars(1));
  writeNpyFile(join(folder, 'target.npy'), bars(2));
  writeFileSync(
    join(folder, 'study.yaml'),
    [
      'name: tiny',
      'source: ./source.npy',
      'target: ./target.npy',
      'models: [{ family: vae, hidden: [12], latent: 3, pretrain: { steps: 20 } }]',
      'techniques: [source-only, from-scratch, fine-tune]',
      'budgets: [20]',
      'seeds: 2',
      'training: { steps: 8, batch: 8, learningRate: 0.01, looks: 2 }',
      'sampling: { count: 20, shown: 6 }',
      'evaluation: { importanceSamples: 4, items: 20 }',
    ].join('\n'),
  );
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function graft(...line: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...line], {
    cwd: folder,
    encoding: 'utf8',
    env: { ...process.env, NO_COLOR: '1' },
  });
  return { code: status, out: stdout, said: stderr };
}

describe.skipIf(!built)('studies, by the built program (npm run build)', () => {
  test('plan says what will happen and writes nothing', () => {
    const { code, out, said } = graft('plan', 'study.yaml');
    expect({ code, said }).toEqual({ code: 0, said: '' });
    expect(out).toMatch(/matrix\s+1 model x 3 techniques x 1 budget \(20\) x 2 seeds/);
    expect(out).toMatch(/steps\s+7: 1 pre-training, 6 trials/);
    expect(out).toMatch(/predicted\s+about [\d.]+ s with \d+ workers? of 1 thread on cpu/);
    expect(out).toMatch(/warning\s+With 2 seeds/);
    expect(existsSync(join(folder, 'graft-runs'))).toBe(false);
    const { steps } = JSON.parse(graft('plan', 'study.yaml', 'seeds=3', '--json').out) as {
      steps: { kind: string }[];
    };
    expect(steps.filter(({ kind }) => kind === 'trial')).toHaveLength(9);
  });

  test('run ends with a table, the verdict, the best model and reports; a second run repeats nothing', () => {
    const first = graft('run', 'study.yaml', '--workers', '2');
    expect(first.code).toBe(0);
    expect(first.said).toMatch(/\[7\/7\] vae: .*: nll [\d.]+/);
    expect(first.out).toMatch(/Negative log-likelihood, nats per image, on target/);
    expect(first.out).toMatch(/Verdict\n- /);
    const study = join(folder, 'graft-runs/studies/tiny');
    for (const file of [
      'config.json',
      'model.safetensors',
      'README.md',
      'onnx/sampler.onnx',
      'onnx/scorer.onnx',
    ])
      expect(existsSync(join(study, 'best', file))).toBe(true);
    const report = JSON.parse(readFileSync(join(study, 'results.json'), 'utf8')) as {
      trials: unknown[];
      cost: { predicted: { wallSeconds: number }; actual: { wallSeconds: number } };
    };
    expect(report.trials).toHaveLength(6);
    expect(report.cost.actual.wallSeconds).toBeGreaterThan(0);

    const second = graft('run', 'study.yaml');
    expect(second.code).toBe(0);
    expect(second.said).toMatch(/done already\s+7 of 7 steps/);
    expect(second.said).not.toMatch(/\[7\/7\]/);
    for (const [format, wanted] of [
      ['md', /^# tiny\n/],
      ['csv', /^study,study_steps,model,technique/],
      ['json', /^\{\n/],
    ] as const)
      expect(graft('report', 'tiny', '--format', format).out).toMatch(wanted);
    expect(graft('report', 'graft-runs/studies/tiny', '--out', 'page.html').code).toBe(0);
    expect(readFileSync(join(folder, 'page.html'), 'utf8')).toMatch(/^<!doctype html>/i);
    expect(graft('report', 'tniy')).toMatchObject({
      code: 1,
      said: expect.stringMatching(/Did you mean 'tiny'/),
    });
    // The command that is printed for the best model works.
    const command = /graft (sample .*)/.exec(second.out)![1]!.split(' ');
    expect(graft(...command)).toMatchObject({ code: 0, said: 'Wrote 16 samples to samples.png.\n' });
  });

  test('a failing trial is recorded with its reason, the others go on, and the exit code says so', () => {
    const line = ['run', 'study.yaml', '--workspace', 'other', 'training.learningRate=1e30', 'seeds=[4]'];
    const { code, said, out } = graft(...line);
    expect(code).toBe(1);
    expect(said).toMatch(/FAILED vae: fine-tune.*not finite/);
    expect(said).toMatch(/2 steps of 4 failed/);
    expect(out).toMatch(/source-only/);
  });

  test('Ctrl-C ends in order with 130, and the study goes on afterwards', async () => {
    const settings = [
      '--workspace',
      'interrupted',
      '--workers',
      '1',
      'training.steps=20000',
      'training.batch=16',
    ];
    const child = spawn(process.execPath, [program, 'run', 'study.yaml', ...settings], {
      cwd: folder,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let said = '';
    let stopped = false;
    const code = await new Promise<number | null>((resolve) => {
      child.stderr.on('data', (data: Buffer) => {
        said += String(data);
        // The pre-training is done: a trial is being trained.
        if (stopped || !/\[1\/7\]/.test(said)) return;
        stopped = true;
        child.kill('SIGINT');
      });
      // All that it said is read by then.
      child.on('close', resolve);
    });
    expect(code).toBe(130);
    expect(said).toMatch(/Stopped with \d of 7 steps done\. Run it again to go on\./);
    expect(graft('plan', 'study.yaml', ...settings).out).toMatch(/done already\s+\d of 7 steps/);
  });

  test.each([
    [
      'an unknown key',
      ['run', 'study.yaml', 'training.stps=3'],
      2,
      /unknown key 'stps'.*Did you mean 'steps'/,
    ],
    ['an unknown technique', ['plan', 'study.yaml', 'techniques=[fine-tun]'], 2, /Did you mean 'fine-tune'/],
    [
      'a page that is not written',
      ['report', 'tiny', '--format', 'csv', '--open'],
      2,
      /only the HTML report is opened/,
    ],
    ['no study file', ['run', 'nothing.yaml'], 1, /nothing\.yaml/],
    ['a folder', ['run', '.'], 1, /this is a folder/],
    [
      'a budget too small',
      ['plan', 'study.yaml', 'budgets=[3]'],
      1,
      /budget is 3 \(study.yaml: budgets\); allowed: /,
    ],
    ['a budget beyond the data', ['plan', 'study.yaml', 'budgets=[5000]'], 1, /budget is 5000.*at most/],
    ['a workspace that is a file', ['run', 'study.yaml', '--workspace', 'study.yaml'], 1, /cannot write/],
  ])('%s is an error', async (_, line, code, wanted) => {
    const result = await recordedRun(line, folder);
    expect(result.said).toMatch(wanted);
    expect(result.said).not.toMatch(/\n\s+at /);
    expect(result.code).toBe(code);
  });

  test('a study file that is no YAML is said with its line', () => {
    writeFileSync(join(folder, 'bad.yaml'), 'name: a\nbudgets: [1, 2\n');
    const { code, said } = graft('plan', 'bad.yaml');
    expect(code).toBe(1);
    expect(said).toMatch(/bad\.yaml is not a valid YAML study file file|line [23]/);
  });
});
