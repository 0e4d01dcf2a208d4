const WIDTH = 24;

/** `[=======>                ]`: how much of the total is done. Plain characters, so that every terminal has them. */
export function bar(done: number, total: number): string {
  const share = total <= 0 ? 1 : Math.min(1, Math.max(0, done / total));
  const filled = Math.floor(share * WIDTH);
  const head = filled < WIDTH && filled > 0 ? '>' : '';
  return `[${('='.repeat(Math.max(0, filled - head.length)) + head).padEnd(WIDTH)}]`;
}
