/**
 * Orders version texts: numbers by value, a release after its own pre-releases, anything else as text. Negative when
 * `left` is older.
 */
export function compareVersions(left: string, right: string): number {
  const [a, b] = [parse(left), parse(right)];
  return byParts(a.numbers, b.numbers) || preRelease(a.suffix, b.suffix);
}

export function newestVersion(versions: Iterable<string>): string | null {
  let newest: string | null = null;
  for (const version of versions)
    if (newest === null || compareVersions(version, newest) > 0) newest = version;
  return newest;
}

function parse(text: string): { readonly numbers: readonly number[]; readonly suffix: string } {
  const [, core = '', suffix = ''] = /^v?([\d.]*)-?([^+]*)/u.exec(text.trim()) ?? [];
  return { numbers: core.split('.').map(Number), suffix };
}

function byParts(left: readonly number[], right: readonly number[]): number {
  for (let index = 0; index < Math.max(left.length, right.length); index += 1) {
    const difference = (left[index] ?? 0) - (right[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

function preRelease(left: string, right: string): number {
  if (left === right) return 0;
  if (left === '' || right === '') return left === '' ? 1 : -1;
  return left.localeCompare(right, 'en', { numeric: true });
}
