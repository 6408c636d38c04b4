import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { characterTokenizer } from '../../src/data/tokenizers/character-tokenizer.ts';
import { LocalHub } from '../local-hub.ts';
import { recordedRun } from '../recorded-run.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const golden = join(root, 'test/golden/hugging-face');
const shared = process.env.GRAFT_SHARED ?? join(root, '../shared');
const stories = join(shared, 'models/stories260k');
const digits = join(shared, 'models/vae-mnist-onnx');

const page = readFileSync(join(root, 'docs/bring-your-own.md'), 'utf8');
const commands = [...page.matchAll(/^```sh\n([\s\S]*?)^```/gm)].flatMap((block) =>
  block[1]!.split('\n').filter((line) => line.startsWith('graft ')),
);

/** The words of a line, quotes taken off. */
const words = (line: string): string[] =>
  [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain!);

describe('commands of bring-your-own.md', () => {
  let folder: string;
  let hub: LocalHub;
  let environment: Record<string, string>;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'graft-own-'));
    for (const [from, to] of [
      ['gpt2', 'tiny-gpt2'],
      ['llama', 'tiny-llama'],
      ['llama-lora', 'llama-lora'],
    ] as const)
      cpSync(join(golden, from), join(folder, to), { recursive: true });
    cpSync(join(root, 'test/golden/imported'), join(folder, 'onnx'), { recursive: true });
    mkdirSync(join(folder, 'letters'));
    // The model was trained on nothing: eleven characters as good as any.
    const letters = characterTokenizer([...'abcdefghij\n'], { unseen: 'refuse' });
    writeFileSync(join(folder, 'letters/tokenizer.json'), JSON.stringify(letters.toJSON()));
    if (existsSync(digits)) cpSync(digits, join(folder, 'vae-mnist-onnx'), { recursive: true });
    if (existsSync(stories)) cpSync(stories, join(folder, 'stories260k'), { recursive: true });
    hub = new LocalHub(join(golden, 'llama'));
    environment = { GRAFT_CACHE: join(folder, 'cache'), HF_ENDPOINT: await hub.start() };
  });
  afterAll(async () => {
    await hub.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  test('there are some', () => {
    expect(commands.length).toBeGreaterThan(8);
  });

  test('a study takes models of a hub, too', async () => {
    // Where steps run, the cache is that of the environment of their process.
    for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value);
    try {
      const study = {
        name: 'from-the-hub',
        target: 'names/italian',
        models: [{ checkpoint: 'hub:org/tiny' }, { checkpoint: './tiny-gpt2' }],
        techniques: ['source-only', { lora: { rank: 2 } }],
        budgets: [20],
        seeds: 1,
        context: 24,
      };
      writeFileSync(join(folder, 'study.json'), JSON.stringify(study));
      const { code, out, said } = await recordedRun(['plan', 'study.json'], folder, environment);
      expect([code, said]).toEqual([0, expect.any(String)]);
      expect(out).toContain('tiny: 10,716 parameters');
    } finally {
      vi.unstubAllEnvs();
    }
  });

  for (const line of commands) {
    const needsShared = /stories|digits/.test(line);
    test.skipIf(needsShared && !existsSync(stories))(
      `${line}${needsShared ? ' (needs shared models)' : ''}`,
      async () => {
        const { code, said } = await recordedRun(words(line).slice(1), folder, environment);
        expect([code, said]).toEqual([0, expect.any(String)]);
      },
    );
  }
});
