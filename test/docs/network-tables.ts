import { readNetworkCard } from '../../src/features/feature-network.ts';
import { featureNetworks } from '../../src/features/index.ts';
import type { NetworkCard } from '../../src/features/network-card.ts';
import { markdownTable } from './markdown-table.ts';

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;

/** The tables of docs/feature-networks.md: what the cards in data/features/ say. */
export function networkTables(): string[] {
  return Object.keys(featureNetworks).flatMap((name) => {
    const card = readNetworkCard(name);
    return [groupTable(card), ...(card.recognition === undefined ? [] : [spoiltTable(card)])];
  });
}

function groupTable({ accuracy, neighbourAccuracy, recognition }: NetworkCard): string {
  const head = [
    'images',
    'number',
    ...(accuracy === undefined ? [] : ['accuracy']),
    ...(recognition === undefined ? [] : [`recognised (p ≥ ${recognition.threshold})`]),
    'nearest neighbour',
    'by chance',
  ];
  const kinds = [...(accuracy ?? []), ...neighbourAccuracy];
  const keyOf = ({ style, script }: { style: string; script: string }) => `${style}, ${script}`;
  const rows = [...new Set(kinds.map(keyOf))].map((key) => {
    const at = <T extends { style: string; script: string }>(list: readonly T[] | undefined) =>
      list?.find((entry) => keyOf(entry) === key);
    const { images, count } = kinds.find((entry) => keyOf(entry) === key)!;
    const share = (value: number | undefined) => (value === undefined ? '–' : percent(value));
    const near = at(neighbourAccuracy);
    return [
      `${key} (${images})`,
      String(count),
      ...(accuracy === undefined ? [] : [share(at(accuracy)?.accuracy)]),
      ...(recognition === undefined ? [] : [share(at(recognition.real)?.recognised)]),
      share(near?.accuracy),
      share(near?.chance),
    ];
  });
  return markdownTable(head, rows);
}

function spoiltTable({ recognition }: NetworkCard): string {
  return markdownTable(
    ['made from two real images so that they show no character', 'recognised'],
    recognition!.spoilt.map(({ images, recognised }) => [images, percent(recognised)]),
  );
}
