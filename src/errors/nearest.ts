/** Edit distance with a swap of neighbours counted once. Names are short, so the plain table will do. */
function distance(a: string, b: string): number {
  const table = new Map<string, number>();
  const at = (i: number, j: number) =>
    Math.min(i, j) === 0 ? Math.max(i, j) : (table.get(`${i},${j}`) ?? 0);
  for (let i = 1; i <= a.length; i++)
    for (let j = 1; j <= b.length; j++) {
      const cost = a[i - 1] === b[j - 1] ? 0 : 1;
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      const steps = [at(i - 1, j) + 1, at(i, j - 1) + 1, at(i - 1, j - 1) + cost];
      if (swapped) steps.push(at(i - 2, j - 2) + 1);
      table.set(`${i},${j}`, Math.min(...steps));
    }
  return at(a.length, b.length);
}

/** The candidate a person most likely meant, or nothing when none is near. */
export function nearest(word: string, candidates: readonly string[]): string | undefined {
  const limit = Math.max(2, Math.floor(word.length / 3));
  let best: { candidate: string; score: number } | undefined;
  for (const candidate of candidates) {
    if (Math.abs(candidate.length - word.length) > limit && !candidate.startsWith(word)) continue;
    const score = candidate.startsWith(word) && word.length > 2 ? 1 : distance(word, candidate);
    if (score <= limit && (best === undefined || score < best.score)) best = { candidate, score };
  }
  return best?.candidate;
}
