/** Lines around a change that are shown with it. */
const CONTEXT = 3;
/** Beyond this many differing lines the shortest script is not worth its time: all is shown as replaced. */
const LONGEST_SCRIPT = 600;

interface Edit {
  readonly mark: ' ' | '-' | '+';
  readonly text: string;
}

/** A unified diff of two texts, without its two header lines; empty when they are equal. */
export function unifiedDiff(before: string, after: string): string {
  if (before === after) return '';
  const edits = editScript(before === '' ? [] : before.split('\n'), after === '' ? [] : after.split('\n'));
  const lines: string[] = [];
  let [oldLine, newLine] = [1, 1];
  for (let at = 0; at < edits.length;) {
    const end = hunkEnd(edits, at);
    const from = edits.findIndex(({ mark }, index) => index >= at && mark !== ' ');
    if (from === -1) break;
    const start = Math.max(at, from - CONTEXT);
    oldLine += start - at;
    newLine += start - at;
    const hunk = edits.slice(start, end);
    const removed = hunk.filter(({ mark }) => mark !== '+').length;
    const added = hunk.filter(({ mark }) => mark !== '-').length;
    lines.push(`@@ -${range(oldLine, removed)} +${range(newLine, added)} @@`);
    lines.push(...hunk.map(({ mark, text }) => mark + text));
    oldLine += removed;
    newLine += added;
    at = end;
  }
  return `${lines.join('\n')}\n`;
}

function range(start: number, count: number): string {
  return count === 1 ? `${start}` : `${count === 0 ? start - 1 : start},${count}`;
}

/** Index after the hunk that begins with the next change: its changes and what is near them. */
function hunkEnd(edits: readonly Edit[], at: number): number {
  let last = -1;
  for (let index = at; index < edits.length; index += 1) {
    if (edits[index]?.mark === ' ') {
      if (last !== -1 && index - last > 2 * CONTEXT) break;
    } else last = index;
  }
  return last === -1 ? edits.length : Math.min(edits.length, last + 1 + CONTEXT);
}

function editScript(before: readonly string[], after: readonly string[]): Edit[] {
  let head = 0;
  while (head < before.length && head < after.length && before[head] === after[head]) head += 1;
  let tail = 0;
  while (
    tail < before.length - head &&
    tail < after.length - head &&
    before[before.length - 1 - tail] === after[after.length - 1 - tail]
  )
    tail += 1;
  const same = (text: string): Edit => ({ mark: ' ', text });
  return [
    ...before.slice(0, head).map(same),
    ...shortestScript(before.slice(head, before.length - tail), after.slice(head, after.length - tail)),
    ...before.slice(before.length - tail).map(same),
  ];
}

/** Myers' greedy algorithm: furthest-reaching paths by number of edits, then the way back. */
function shortestScript(before: readonly string[], after: readonly string[]): Edit[] {
  const limit = Math.min(before.length + after.length, LONGEST_SCRIPT);
  const trace: Map<number, number>[] = [];
  let reach = new Map<number, number>([[1, 0]]);
  for (let edits = 0; edits <= limit; edits += 1) {
    trace.push(reach);
    const next = new Map(reach);
    for (let diagonal = -edits; diagonal <= edits; diagonal += 2) {
      const down = goesDown(next, diagonal, edits);
      let x = down ? (next.get(diagonal + 1) ?? 0) : (next.get(diagonal - 1) ?? 0) + 1;
      while (x < before.length && x - diagonal < after.length && before[x] === after[x - diagonal]) x += 1;
      next.set(diagonal, x);
      if (x >= before.length && x - diagonal >= after.length) return wayBack(trace, before, after, edits);
    }
    reach = next;
  }
  return [
    ...before.map((text): Edit => ({ mark: '-', text })),
    ...after.map((text): Edit => ({ mark: '+', text })),
  ];
}

function goesDown(reach: ReadonlyMap<number, number>, diagonal: number, edits: number): boolean {
  if (diagonal === -edits) return true;
  return diagonal !== edits && (reach.get(diagonal - 1) ?? -1) < (reach.get(diagonal + 1) ?? -1);
}

function wayBack(
  trace: readonly ReadonlyMap<number, number>[],
  before: readonly string[],
  after: readonly string[],
  edits: number,
): Edit[] {
  const script: Edit[] = [];
  let [x, y] = [before.length, after.length];
  for (let left = edits; left >= 0; left -= 1) {
    const reach = trace[left] ?? new Map<number, number>();
    const diagonal = x - y;
    const down = goesDown(reach, diagonal, left);
    const fromX = left === 0 ? 0 : (reach.get(down ? diagonal + 1 : diagonal - 1) ?? 0);
    const fromY = left === 0 ? 0 : fromX - (down ? diagonal + 1 : diagonal - 1);
    const [stopX, stopY] = left === 0 ? [0, 0] : down ? [fromX, fromY + 1] : [fromX + 1, fromY];
    while (x > stopX && y > stopY) {
      x -= 1;
      y -= 1;
      script.push({ mark: ' ', text: before[x] ?? '' });
    }
    if (left === 0) break;
    script.push(down ? { mark: '+', text: after[y - 1] ?? '' } : { mark: '-', text: before[x - 1] ?? '' });
    x = fromX;
    y = fromY;
  }
  return script.reverse();
}
