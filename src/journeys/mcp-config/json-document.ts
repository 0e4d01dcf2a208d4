import type { Node, ParseError } from 'jsonc-parser';
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
  readonly command: Node | undefined;
  readonly args: Node | undefined;
  readonly env: Node | undefined;
  readonly cwd: Node | undefined;
}

/** `*` in a path stands for every member. */
export type ContainerPath = readonly string[];

/** JSON with comments and trailing commas, as editors write it. @throws ThothctlError `mcp_config_invalid` */
export async function openJsonDocument(
  path: string,
  text: string,
  containers: readonly ContainerPath[],
): Promise<ConfigDocument> {
  const { parseTree, printParseErrorCode, getNodeValue } = await import('jsonc-parser');
  const faults: ParseError[] = [];
  // A byte order mark belongs to the file, not to its JSON; a blank in its place keeps every offset.
  const readable = text.startsWith('\ufeff') ? ` ${text.slice(1)}` : text;
  const root = parseTree(readable, faults, { allowTrailingComma: true, disallowComments: false });
  const [fault] = faults;
  if (fault !== undefined) throw configFault(path, text, fault.offset, printParseErrorCode(fault.error));
  if (root?.type !== 'object') throw configFault(path, text, 0, 'not a JSON object');

  const found = containers
    .flatMap((container) => nodesAt(root, container))
    .flatMap((node) => entries(node, path, text));
  return {
    servers: found.map(({ name, command, args, env, cwd }) => ({
      name,
      command: command === undefined ? undefined : String(getNodeValue(command)),
      args: args === undefined ? [] : stringsOf(getNodeValue(args)),
      env: env === undefined ? undefined : textMembers(getNodeValue(env)),
      folder: cwd?.type === 'string' ? String(getNodeValue(cwd)) : undefined,
    })),
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

function nodesAt(node: Node, [first, ...rest]: ContainerPath): Node[] {
  if (first === undefined) return node.type === 'object' ? [node] : [];
  return properties(node)
    .filter(({ key }) => first === '*' || key === first)
    .flatMap(({ value }) => nodesAt(value, rest));
}

function properties(node: Node): { readonly key: string; readonly value: Node; readonly offset: number }[] {
  if (node.type !== 'object') return [];
  return (node.children ?? []).flatMap(({ children = [], offset }) => {
    const [key, value] = children;
    return key === undefined || value === undefined ? [] : [{ key: String(key.value), value, offset }];
  });
}

function entries(container: Node, path: string, text: string): Found[] {
  const seen = new Set<string>();
  return properties(container).map(({ key, value, offset }) => {
    // Clients disagree on which of two equal names counts: governing one of them would be luck.
    if (seen.has(key))
      throw configFault(path, text, offset, `the server ${JSON.stringify(key)} is there twice`);
    seen.add(key);
    const members = properties(value);
    const command = members.find((member) => member.key === 'command')?.value;
    // Zed's older form keeps program and arguments in an object of their own.
    const nested = command?.type === 'object' ? properties(command) : undefined;
    const own = nested ?? members;
    const program = nested === undefined ? command : own.find((member) => member.key === 'path')?.value;
    return {
      name: key,
      command: program?.type === 'string' ? program : undefined,
      args: own.find((member) => member.key === 'args')?.value,
      env: own.find((member) => member.key === 'env')?.value,
      cwd: own.find((member) => member.key === 'cwd')?.value,
    };
  });
}

function stringsOf(value: unknown): string[] {
  return Array.isArray(value) ? value.map(String) : [];
}

function edits(text: string, { command, args }: Found, launch: Launch): Edit[] {
  if (command === undefined) return [];
  const end = command.offset + command.length;
  const program: Edit = { start: command.offset, end, text: JSON.stringify(launch.command) };
  if (args !== undefined) {
    const range = { start: args.offset, end: args.offset + args.length };
    return [program, { ...range, text: arrayText(launch.args, text.slice(range.start, range.end)) }];
  }
  const lineStart = text.lastIndexOf('\n', command.offset) + 1;
  const indent = /^[ \t]*/.exec(text.slice(lineStart))?.[0] ?? '';
  // A member that begins its line gets one of its own below; anything else stays on the line.
  const ownLine = /^\s*"[^"]*"\s*:\s*$/.test(text.slice(lineStart, command.offset));
  const separator = ownLine ? `,${lineEnd(text)}${indent}` : ', ';
  return [program, { start: end, end, text: `${separator}"args": ${arrayText(launch.args, '[]')}` }];
}

/** Written over several lines where the original was. */
function arrayText(values: readonly string[], original: string): string {
  const items = values.map((value) => JSON.stringify(value));
  const indents = /\n([ \t]*)\S[^]*\n([ \t]*)\]$/.exec(original);
  if (indents === null || items.length === 0) return `[${items.join(', ')}]`;
  const [, item = '', close = ''] = indents;
  const next = lineEnd(original);
  return `[${next}${items.map((each) => item + each).join(`,${next}`)}${next}${close}]`;
}

function lineEnd(text: string): string {
  return text.includes('\r\n') ? '\r\n' : '\n';
}
