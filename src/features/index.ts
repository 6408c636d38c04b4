/** The registry of feature networks: what comes with the package, by name. */

/** A network of the package, before it is loaded. */
export interface NetworkEntry {
  /** SHA-256 of `data/features/<name>.safetensors`. */
  readonly sha256: string;
  /** 'features': for distances between sets of images; 'recognition': for the share of images that show a character. */
  readonly use: 'features' | 'recognition';
  /** For recognition: the data set whose classes it knows. */
  readonly dataset?: string;
}

export const featureNetworks = {
  glyphs: { sha256: '87c150cc4f6066d5252eb877bf2662b771022b09257e7581736eb2c59e221b18', use: 'features' },
  'glyphs-autoencoder': {
    sha256: '82d12dcb8cc72f3b5e01d65332dd6a4db094acc53cf17996e9cd00ec9545cc0c',
    use: 'features',
  },
  'glyph-recogniser': {
    sha256: '8f7230392f44807fe43aa30888cac8a965ad61b92ed7bde3879115ea12f3d75b',
    use: 'recognition',
    dataset: 'glyphs',
  },
} satisfies Record<string, NetworkEntry>;

export type FeatureNetworkName = keyof typeof featureNetworks;
