// Bundles and runs train-feature-network.ts: node scripts/features/train.mjs [network …]
import { runBundled } from '../run-bundled.mjs';

await runBundled(
  'scripts/features/train-feature-network.ts',
  'dist/scripts/train-feature-network.js',
  process.argv.slice(2),
);
