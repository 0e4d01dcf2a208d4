import type { AST } from 'toml-eslint-parser';
import { configFault, textMembers, type Change, type ConfigDocument, type Launch } from './document.js';
import { applyEdits, type TextEdit } from '../../text-edits.js';
import { remoteServer } from './remote.js';

interface Found {
  readonly name: string;
  readonly command: Member | undefined;
  readonly args: Member | undefined;
  readonly url: Member | undefined;
  readonly env: readonly (readonly [name: string, value: AST.TOMLContentNode])[] | undefined;
  readonly cwd: AST.TOMLContentNode | undefined;
  /** Its members that are no part of a launch; of those that are tables, their names alone. */
  readonly others: ReadonlyMap<string, AST.TOMLContentNode | undefined>;
}

/** TOML, with its comments kept. Servers are the tables `<container>.<name>`. @throws ThothctlError `mcp_config_invalid` */
export async function openTomlDocument(
  path: string,
  text: string,
  container: string,
): Promise<ConfigDocument> {
  const { parseTOML, ParseError, getStaticTOMLValue } = await import('toml-eslint-parser');
  let program: AST.TOMLProgram;
  try {
    program = parseTOML(text);
  } catch (error) {
    if (!(error instanceof ParseError)) throw error;
    throw configFault(path, text, error.index, error.message);
  }
  const found = collect(program, container);
  const both = found.find(({ command, url }) => command !== undefined && url !== undefined);
  if (both?.url !== undefined)
    throw configFault(
      path,
      text,
      both.url.node.range[0],
      `${JSON.stringify(both.name)} has a command and a URL, of which only one counts`,
    );
  const valueOf = (node: AST.TOMLContentNode | undefined): unknown =>
    node === undefined ? undefined : getStaticTOMLValue(node);
  return {
    servers: found.map(({ name, command, args, env, cwd, url, others }) => {
      const value = valueOf(command?.value);
      const list = valueOf(args?.value);
      const folder = valueOf(cwd);
      return {
        name,
        place: name,
        command: typeof value === 'string' ? value : undefined,
        args: Array.isArray(list) ? list.map(String) : [],
        env: env && textMembers(Object.fromEntries(env.map(([key, node]) => [key, valueOf(node)]))),
        folder: typeof folder === 'string' ? folder : undefined,
        remote:
          command === undefined
            ? remoteServer(
                Object.fromEntries([...others].map(([key, node]) => [key, valueOf(node) ?? 'a table'])),
              )
            : undefined,
        text:
          command === undefined && url !== undefined
            ? urlText(text, url)
            : text.slice(...rangeOf(command, args)),
      };
    }),
    withChanges: (changes) =>
      applyEdits(
        text,
        found.flatMap((each) => {
          const change = changes.get(each.name);
          return change === undefined ? [] : editsFor(text, each, change);
        }),
      ),
  };
}

interface Member {
  readonly path: readonly string[];
  readonly value: AST.TOMLContentNode;
  readonly inline: boolean;
  /** The member with its key. */
  readonly node: AST.TOMLKeyValue;
}

function collect(program: AST.TOMLProgram, container: string): Found[] {
  const servers = new Map<string, Member[]>();
  for (const member of program.body.flatMap((top) => top.body.flatMap((node) => members(node)))) {
    const [first, name] = member.path;
    if (first !== container || name === undefined) continue;
    servers.set(name, [...(servers.get(name) ?? []), member]);
  }
  return [...servers].map(([name, all]) => {
    const own = (key: string) => all.findLast(({ path }) => path.length === 3 && path[2] === key);
    const env = all.filter(({ path }) => path.length === 4 && path[2] === 'env');
    return {
      name,
      command: own('command'),
      args: own('args'),
      url: own('url'),
      cwd: own('cwd')?.value,
      env: env.length === 0 ? undefined : env.map(({ path, value }) => [path[3] ?? '', value]),
      others: new Map(all.map(({ path, value }) => [path[2] ?? '', path.length === 3 ? value : undefined])),
    };
  });
}

/** Every value with its full path: tables, dotted keys and inline tables are the same to a reader. */
function members(
  node: AST.TOMLKeyValue | AST.TOMLTable,
  prefix: readonly string[] = [],
  inline = false,
): Member[] {
  if (node.type === 'TOMLTable')
    return node.body.flatMap((inner) => members(inner, node.resolvedKey.map(String)));
  const path = [...prefix, ...node.key.keys.map((key) => (key.type === 'TOMLBare' ? key.name : key.value))];
  if (node.value.type === 'TOMLInlineTable')
    return node.value.body.flatMap((inner) => members(inner, path, true));
  return [{ path, value: node.value, inline, node }];
}

function editsFor(text: string, { command, args, url }: Found, change: Change): TextEdit[] {
  const member = command ?? url;
  if (member === undefined) return [];
  if ('text' in change) {
    const [start, end] = rangeOf(member, args);
    return [{ start, end, text: change.text }];
  }
  if (command !== undefined) return launchEdits(text, command, args, change);
  const [start, end] = member.node.key.keys.at(-1)?.range ?? [0, 0];
  return [{ start, end, text: 'command' }, ...launchEdits(text, member, undefined, change)];
}

function launchEdits(text: string, command: Member, args: Member | undefined, launch: Launch): TextEdit[] {
  const [start, end] = command.value.range;
  const program: TextEdit = { start, end, text: quote(launch.command) };
  const list = `[${launch.args.map(quote).join(', ')}]`;
  if (args !== undefined)
    return [program, { start: args.value.range[0], end: args.value.range[1], text: list }];
  const { keys, range } = command.node.key;
  const key = `${text.slice(range[0], keys.at(-1)?.range[0])}args`;
  if (command.inline) return [program, { start: end, end, text: `, ${key} = ${list}` }];
  // After the whole line: a comment may follow the command.
  const before = lineEnd(text, end);
  const next = text[before] === '\r' ? '\r\n' : '\n';
  const indent = /^[ \t]*/.exec(text.slice(text.lastIndexOf('\n', start) + 1))?.[0] ?? '';
  return [program, { start: before, end: before, text: `${next}${indent}${key} = ${list}` }];
}

/** What the launch will stand in the place of: with the comment behind it, before which the arguments cannot stand. */
function urlText(text: string, { node, inline }: Member): string {
  const [start, end] = node.range;
  return text.slice(start, inline ? end : lineEnd(text, end));
}

/** Where the line of a place ends, before its line end. */
function lineEnd(text: string, from: number): number {
  const at = text.indexOf('\n', from);
  if (at === -1) return text.length;
  return text[at - 1] === '\r' ? at - 1 : at;
}

/** From the first of them to the end of the last. */
function rangeOf(...found: readonly (Member | undefined)[]): [start: number, end: number] {
  const ranges = found.flatMap((member) => (member === undefined ? [] : [member.node.range]));
  return [Math.min(...ranges.map(([start]) => start)), Math.max(...ranges.map(([, end]) => end))];
}

/** A TOML basic string: JSON's escapes are TOML's, but TOML also wants DEL escaped. */
function quote(value: string): string {
  return JSON.stringify(value).replaceAll('\u007f', '\\u007f');
}
