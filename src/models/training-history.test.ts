import { expect, test } from 'vitest';
import { trainingHistory } from './training-history.ts';

test('a history names what was trained on and each adaptation, without hashes', () => {
  const hash = 'a'.repeat(64);
  const adapted = [{ technique: 'fine-tune', items: 400, target: `kmnist (${hash})` }];
  expect(trainingHistory({ trainedOn: `mnist (${hash})`, adapted })).toBe(
    'trained on mnist, then fine-tune with 400 items of kmnist',
  );
  expect(trainingHistory({ adapted })).toBe('fine-tune with 400 items of kmnist');
  expect(trainingHistory({})).toBeUndefined();
});
