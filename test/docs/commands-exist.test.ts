import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { ROOT, runCli } from '../support/cli.js';

interface Described {
  readonly command: string;
  readonly flags: readonly { readonly name: string }[];
}

const pages = ['README.md', ...markdown('docs'), ...markdown('docs/guides'), ...markdown('docs/decisions')];

function markdown(folder: string): string[] {
  return readdirSync(join(ROOT, folder))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `${folder}/${name}`);
}

/** Command lines of the shell blocks, without what follows `--`, a pipe, a comment or an operator. */
function commandLines(page: string): string[] {
  const blocks = [...readFileSync(join(ROOT, page), 'utf8').matchAll(/```(?:sh|bash|console)\n([\s\S]*?)```/g)];
  return blocks
    .flatMap((block) => (block[1] ?? '').replaceAll('\\\n', ' ').split('\n'))
    .map((line) => /^\s*(?:\$ )?(thothctl .*)$/.exec(line)?.[1] ?? '')
    .map((line) => line.split(/ -- | [|&;>#]|\s{2,}/)[0]?.trim() ?? '')
    .filter((line) => line !== '');
}

describe('documented command lines', () => {
  let commands: readonly Described[] = [];
  let globals: ReadonlySet<string> = new Set();

  beforeAll(async () => {
    const { stdout } = await runCli(['capabilities', '--json']);
    const described = JSON.parse(stdout) as { commands: Described[]; global_flags: { name: string }[] };
    commands = described.commands;
    globals = new Set(['help', ...described.global_flags.map((flag) => flag.name)]);
  });

  it('are there to be checked', () => {
    expect(pages.flatMap(commandLines).length).toBeGreaterThan(10);
  });

  const wrongOf = (lines: readonly string[]): string[] =>
    lines.filter((line) => {
      const words = line.split(' ').slice(1);
      if (words[0]?.startsWith('--') === true || words[0]?.startsWith('<') === true) return false;
      const command = commands
        .filter((one) => `${words.join(' ')} `.startsWith(`${one.command} `))
        .toSorted((a, b) => b.command.length - a.command.length)[0];
      if (!command) return true;
      const known = new Set([...globals, ...command.flags.map((flag) => flag.name)]);
      const flags = words.filter((word) => word.startsWith('--')).map((word) => word.slice(2).split('=')[0] ?? '');
      return flags.some((flag) => !known.has(flag) && !known.has(flag.replace(/^no-/, '')));
    });

  it.each(pages)('%s names only commands and flags that exist', (page) => {
    expect(wrongOf(commandLines(page))).toEqual([]);
  });

  it('what the program itself advises names only commands and flags that exist', () => {
    const source = readdirSync(join(ROOT, 'src'), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts'))
      .map((name) => readFileSync(join(ROOT, 'src', name), 'utf8'));
    const quoted = source.flatMap((text) => [...text.matchAll(/`(thothctl [a-z][^`$\\]*)\\?`/g)]);
    const lists = readFileSync(join(ROOT, 'src/govapi/remedies.ts'), 'utf8').matchAll(
      /^ {2}\w+: '([a-z][a-z -]+)',$/gm,
    );
    const lines = [...quoted.map(([, line = '']) => line), ...[...lists].map(([, list]) => `thothctl ${list}`)];
    expect(lines.length).toBeGreaterThan(50);
    expect(wrongOf(lines)).toEqual([]);
  });
});
