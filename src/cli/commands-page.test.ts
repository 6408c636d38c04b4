import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { commandLoaders } from './commands/index.ts';
import { commandsPage } from './commands-page.ts';

test('docs/commands.md is what the commands say (vitest -u writes it)', async () => {
  const commands = await Promise.all(Object.values(commandLoaders).map((load) => load()));
  const page = fileURLToPath(new URL('../../docs/commands.md', import.meta.url));
  await expect(commandsPage(commands)).toMatchFileSnapshot(page);
});
