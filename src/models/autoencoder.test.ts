import { expect, test } from 'vitest';
import { createAutoencoder } from './autoencoder.ts';
import { createContext } from './context.ts';

test('the input is damaged in every training step, whichever layers are frozen, and never in evaluation', () => {
  const model = createAutoencoder({ image: [1, 4, 4], hidden: [8], latent: 2, noise: 0.3 });
  const noises = (training?: readonly string[]) => {
    const context = createContext(model, {
      batchSize: 3,
      ...(training === undefined ? {} : { training: new Set(training) }),
    });
    model.players[0]!.objective(context);
    return context.noises.map(({ name }) => name);
  };
  expect(noises(model.layers)).toEqual(['input']);
  expect(noises(['decoder/output'])).toEqual(['input']);
  expect(noises()).toEqual([]);
});
