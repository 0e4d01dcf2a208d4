import type { View } from '../../output/port.js';
import type { SettingsChange } from './document.js';

export function changeView(changes: readonly SettingsChange[]): View {
  return {
    kind: 'table',
    columns: [
      { key: 'path', header: 'SETTING', kind: 'id' },
      { key: 'before', header: 'NOW' },
      { key: 'after', header: 'WANTED' },
    ],
    rows: changes.map((change) => ({ ...change })),
    empty: 'No differences.',
  };
}
