import type { Change } from './changes.js';

const SIGNS: Readonly<Record<Change['action'], string>> = {
  create: '+',
  update: '~',
  replace: '±',
  delete: '-',
};

/** One line per change and one per differing member. */
export function changesText(changes: readonly Change[]): string {
  if (changes.length === 0) return 'No differences.';
  const lines = changes.flatMap((change) => [
    `${SIGNS[change.action]} ${change.action} ${[change.section, ...change.identity].join('/')}`,
    ...change.fields.map(({ path, before, after }) => `    ${path}: ${shown(before)} -> ${shown(after)}`),
    ...change.secrets.map((path) => `    ${path}: (secret) will be written`),
  ]);
  const count = (action: Change['action']): number =>
    changes.filter((change) => change.action === action).length;
  const total = `${count('create')} to create, ${count('update')} to update, ${count('replace')} to replace, ${count('delete')} to delete`;
  return [...lines, '', total].join('\n');
}

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? 'null';
  return text.length > 200 ? `${text.slice(0, 200)}…` : text;
}
