import { matchCommand, type CommandEntry } from '../boot/catalogue.js';

export interface Suggestion {
  readonly value: string;
  readonly note?: string;
}

/** The parts of a declaration that completion reads. */
interface Declared {
  readonly flags: Readonly<Record<string, DeclaredFlag>>;
  readonly args: Readonly<Record<string, { readonly options?: readonly string[] }>>;
}

interface DeclaredFlag {
  readonly type?: string;
  readonly char?: string;
  readonly aliases?: readonly string[];
  readonly description?: string;
  readonly options?: readonly string[];
  readonly multiple?: boolean;
  readonly hidden?: boolean;
  readonly helpValue?: unknown;
}

export interface CompletionSource {
  readonly names: Readonly<Record<string, string>>;
  readonly entries: readonly CommandEntry[];
  definition(id: string): Promise<Declared>;
  /** Values that only the tenant or this machine knows; empty when there is nothing to say. */
  values(command: string, name: string, words: readonly string[]): Promise<readonly Suggestion[]>;
}

/** The shell itself completes file names when told so by this line. */
const FILES: Suggestion = { value: ':files' };

const BOOLEANS = [{ value: 'true' }, { value: 'false' }];

function startingWith(partial: string, suggestions: readonly Suggestion[]): Suggestion[] {
  return suggestions.filter(({ value }) => value === FILES.value || value.startsWith(partial));
}

/** Next words of a partly typed command: topics and verbs. */
function nextWords(
  typed: readonly string[],
  partial: string,
  entries: readonly CommandEntry[],
): Suggestion[] {
  const prefix = typed.length === 0 ? '' : `${typed.join(':')}:`;
  const found = new Map<string, string | undefined>();
  for (const { id, hidden, summary } of entries) {
    if (hidden || !id.startsWith(prefix)) continue;
    const rest = id.slice(prefix.length);
    const word = rest.split(':', 1)[0] ?? rest;
    if (word.startsWith(partial) && (!found.has(word) || word === rest))
      found.set(word, word === rest ? summary : found.get(word));
  }
  return [...found].map(([value, note]) => ({ value, ...(note !== undefined && { note }) }));
}

function flagNamed(definition: Declared, token: string): [string, DeclaredFlag] | undefined {
  return Object.entries(definition.flags).find(
    ([name, { aliases = [], char }]) =>
      token === `--${name}` ||
      aliases.some((alias) => token === `--${alias}`) ||
      (char !== undefined && token === `-${char}`),
  );
}

async function flagValues(
  source: CompletionSource,
  id: string,
  [name, flag]: [string, DeclaredFlag],
  words: readonly string[],
) {
  if (flag.options) return flag.options.map((value) => ({ value }));
  if (flag.helpValue === '<true|false>') return BOOLEANS;
  if (flag.helpValue === '<file>' || /(?:^|-)(?:file|dir|output)$/u.test(name)) return [FILES];
  return source.values(id, name, words);
}

function flagSuggestions(definition: Declared, words: readonly string[], partial: string): Suggestion[] {
  return Object.entries(definition.flags)
    .filter(
      ([name, flag]) =>
        flag.hidden !== true &&
        `--${name}`.startsWith(partial) &&
        (flag.multiple === true || !words.includes(`--${name}`)),
    )
    .map(([name, { description }]) => ({
      value: `--${name}`,
      ...(description !== undefined && { note: description }),
    }));
}

/** How many positional arguments the words already hold. */
function positionals(definition: Declared, words: readonly string[]): number {
  let count = 0;
  for (let i = 0; i < words.length; i++) {
    const word = words[i] ?? '';
    const flag = flagNamed(definition, word);
    if (flag) i += flag[1].type === 'option' ? 1 : 0;
    else if (!word.startsWith('-')) count += 1;
  }
  return count;
}

/** What may stand at the last word; the words before it are complete. */
export async function suggestWords(line: readonly string[], source: CompletionSource): Promise<Suggestion[]> {
  const words = line.slice(0, -1);
  const partial = line.at(-1) ?? '';
  if (words.includes('--')) return [FILES];
  const match = matchCommand(source.names, words);
  const alias = match !== undefined && match.id === `${match.name}:list`;
  const more =
    match === undefined || match.argv.length === 0 ? nextWords(words, partial, source.entries) : [];
  if (match === undefined || (alias && more.length > 0 && !partial.startsWith('-'))) return more;
  const definition = await source.definition(match.id);
  const [, name = '', typed = ''] = /^(--[^=]+)=(.*)$/u.exec(partial) ?? [];
  const joined = name === '' ? undefined : flagNamed(definition, name);
  if (joined)
    return startingWith(typed, await flagValues(source, match.id, joined, words)).map((s) =>
      s.value === FILES.value ? s : { ...s, value: `${name}=${s.value}` },
    );
  const pending = flagNamed(definition, words.at(-1) ?? '');
  if (pending?.[1].type === 'option')
    return startingWith(partial, await flagValues(source, match.id, pending, words));
  if (partial.startsWith('-')) return flagSuggestions(definition, words, partial);
  const argument = Object.entries(definition.args)[positionals(definition, match.argv)];
  if (argument === undefined) return more;
  const [argName, { options }] = argument;
  const values = options
    ? options.map((value) => ({ value }))
    : /(?:file|dir|path)$/u.test(argName)
      ? [FILES]
      : await source.values(match.id, argName, words);
  return [...more, ...startingWith(partial, values)];
}
