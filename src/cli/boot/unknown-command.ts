import { usageError, type ThothctlError } from '../../errors/index.js';
import { cleanLine } from '../../output/index.js';
import { nearest } from '../../errors/nearest.js';
import type { Catalogue } from './catalogue.js';

/** The error for words that name no command, with the nearest one. Nothing is ever run on a guess. */
export function unknownCommand(argv: readonly string[], catalogue: Catalogue): ThothctlError {
  const words: string[] = [];
  for (const token of argv) {
    if (token.startsWith('-') || words.length === 3) break;
    words.push(cleanLine(token));
  }
  if (words.length === 0)
    return usageError(
      `Flags stand after the command: ${cleanLine(argv[0]?.split('=', 1)[0] ?? '')} came first.`,
      'Run thothctl --help.',
    );
  const names = Object.keys(catalogue.names).map((name) => name.replaceAll(':', ' '));
  const [first = ''] = words;
  const inTopic = names.filter((name) => name.startsWith(`${first} `));
  const meant =
    nearest(words.join(' '), names) ?? nearest(words.slice(0, 2).join(' '), inTopic) ?? nearest(first, names);
  const shown = inTopic.length > 0 ? words.slice(0, 2).join(' ') : first;
  const list = inTopic.length > 0 ? `thothctl ${first} --help` : 'thothctl --help';
  return usageError(
    `Unknown command: ${shown}`,
    meant === undefined
      ? `Run ${list} for what there is.`
      : `Did you mean "thothctl ${meant}"? Run ${list} for what there is.`,
    meant === undefined ? undefined : { suggestion: meant },
  );
}
