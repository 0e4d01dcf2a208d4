import type { View } from '../../output/index.js';
import type { FoundPin } from './index.js';

/** The definitions of a tool before and now, line by line where they differ. */
export function differenceOf(found: readonly FoundPin[]): View {
  return {
    kind: 'text',
    text:
      found.length === 0
        ? 'No tool description has changed.'
        : found
            .map(({ server, tool, before }) => {
              const [old, now] = [before.definition, before.changed?.definition].map(lines);
              return [`${server}: ${tool}`, ...changedLines(old ?? [], now ?? [])].join('\n');
            })
            .join('\n\n'),
  };
}

function lines(definition: unknown): string[] {
  return definition === undefined
    ? ['(too large to keep)']
    : JSON.stringify(definition, null, 2)
        .split('\n')
        .map((line) => line.replace(/,$/, ''));
}

/** Definitions are short and keep their order, so that what both ends share leaves the change in the middle. */
function changedLines(old: readonly string[], now: readonly string[]): string[] {
  let head = 0;
  while (head < old.length && head < now.length && old[head] === now[head]) head += 1;
  let tail = 0;
  while (
    tail < old.length - head &&
    tail < now.length - head &&
    old[old.length - 1 - tail] === now[now.length - 1 - tail]
  )
    tail += 1;
  return [
    ...old.slice(head, old.length - tail).map((line) => `- ${line}`),
    ...now.slice(head, now.length - tail).map((line) => `+ ${line}`),
  ];
}
