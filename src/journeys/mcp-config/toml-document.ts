import type { AST } from 'toml-eslint-parser';
import {
  applyEdits,
  configFault,
  textMembers,
  type ConfigDocument,
  type Edit,
  type Launch,
} from './document.js';

interface Found {
  readonly name: string;
  readonly command: AST.TOMLContentNode | undefined;
  readonly args: AST.TOMLContentNode | undefined;
  readonly env: readonly (readonly [name: string, value: AST.TOMLContentNode])[] | undefined;
  readonly cwd: AST.TOMLContentNode | undefined;
  /** Whether the members of the server stand on one line between braces. */
  readonly inline: boolean;
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
  const valueOf = (node: AST.TOMLContentNode | undefined): unknown =>
    node === undefined ? undefined : getStaticTOMLValue(node);
  return {
    servers: found.map(({ name, command, args, env, cwd }) => {
      const value = valueOf(command);
      const list = valueOf(args);
      const folder = valueOf(cwd);
      return {
        name,
        command: typeof value === 'string' ? value : undefined,
        args: Array.isArray(list) ? list.map(String) : [],
        env: env && textMembers(Object.fromEntries(env.map(([key, node]) => [key, valueOf(node)]))),
        folder: typeof folder === 'string' ? folder : undefined,
      };
    }),
    withLaunches: (launches) =>
      applyEdits(
        text,
        found.flatMap((each) => {
          const launch = launches.get(each.name);
          return launch === undefined || each.command === undefined ? [] : edits(text, each, launch);
        }),
      ),
  };
}

interface Member {
  readonly path: readonly string[];
  readonly value: AST.TOMLContentNode;
  readonly inline: boolean;
}

function collect(program: AST.TOMLProgram, container: string): Found[] {
  const servers = new Map<
    string,
    { command?: Member; args?: Member; cwd?: Member; env: [string, Member][] }
  >();
  for (const member of program.body.flatMap((top) => top.body.flatMap((node) => members(node)))) {
    const [first, name, key, variable] = member.path;
    if (first !== container || name === undefined) continue;
    if (member.path.length > 3 && (key !== 'env' || member.path.length > 4)) continue;
    const server = servers.get(name) ?? { env: [] };
    if (key === 'env' && variable !== undefined) server.env.push([variable, member]);
    if (key === 'cwd') server.cwd = member;
    if (key === 'command') server.command = member;
    if (key === 'args') server.args = member;
    servers.set(name, server);
  }
  return [...servers].map(([name, { command, args, cwd, env }]) => ({
    name,
    command: command?.value,
    args: args?.value,
    cwd: cwd?.value,
    env: env.length === 0 ? undefined : env.map(([variable, { value }]) => [variable, value]),
    inline: command?.inline ?? false,
  }));
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
  return [{ path, value: node.value, inline }];
}

function edits(text: string, { command, args, inline }: Found, launch: Launch): Edit[] {
  if (command === undefined) return [];
  const [start, end] = command.range;
  const program: Edit = { start, end, text: quote(launch.command) };
  const list = `[${launch.args.map(quote).join(', ')}]`;
  if (args !== undefined) return [program, { start: args.range[0], end: args.range[1], text: list }];
  if (inline) return [program, { start: end, end, text: `, args = ${list}` }];
  // After the whole line: a comment may follow the command.
  const lineEnd = text.indexOf('\n', end);
  const at = lineEnd === -1 ? text.length : lineEnd;
  const before = text[at - 1] === '\r' ? at - 1 : at;
  const next = before < at ? '\r\n' : '\n';
  const indent = /^[ \t]*/.exec(text.slice(text.lastIndexOf('\n', start) + 1))?.[0] ?? '';
  return [program, { start: before, end: before, text: `${next}${indent}args = ${list}` }];
}

/** A TOML basic string: JSON's escapes are TOML's, but TOML also wants DEL escaped. */
function quote(value: string): string {
  return JSON.stringify(value).replaceAll('\u007f', '\\u007f');
}
