import { suggestWords, type CompletionSource } from './suggest-words.js';

const LIMIT_MS = 1000;

/** Writes the suggestions for a command line, one `value<TAB>note` per line. Never fails, never writes to stderr. */
export async function answer(argv: readonly string[], source: CompletionSource): Promise<void> {
  const line = argv[0] === '--' ? argv.slice(1) : argv;
  const late = new Promise<[]>((resolve) => setTimeout(resolve, LIMIT_MS, []).unref());
  const suggestions = await Promise.race([suggestWords(line, source), late]).catch(() => []);
  const text = suggestions.map(({ value, note }) =>
    note === undefined ? value : `${value}\t${note.split('\n', 1)[0] ?? ''}`,
  );
  if (text.length > 0) process.stdout.write(`${text.join('\n')}\n`);
}
