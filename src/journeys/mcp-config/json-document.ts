import type { Node, ParseError } from 'jsonc-parser';
import { configFault, textMembers, type Change, type ConfigDocument, type Launch } from './document.js';
import { applyEdits, type TextEdit } from '../../text-edits.js';
import { remoteServer } from './remote.js';

/** Members in which clients keep the URL of a server. */
const ADDRESSES: readonly string[] = ['url', 'httpUrl', 'serverUrl'];

interface Found {
  readonly name: string;
  readonly place: string;
  /** The whole entry, and its members. */
  readonly value: Node;
  readonly members: readonly Member[];
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
  /** The client speaks the older HTTP+SSE to a plain `url`. */
  plainUrlIsSse = false,
): Promise<ConfigDocument> {
  const { parseTree, printParseErrorCode, getNodeValue } = await import('jsonc-parser');
  const faults: ParseError[] = [];
  // A byte order mark belongs to the file, not to its JSON; a blank in its place keeps every offset.
  const readable = text.startsWith('\ufeff') ? ` ${text.slice(1)}` : text;
  const root = parseTree(readable, faults, { allowTrailingComma: true, disallowComments: false });
  const [fault] = faults;
  if (fault !== undefined) throw configFault(path, text, fault.offset, printParseErrorCode(fault.error));
  if (root?.type !== 'object') throw configFault(path, text, 0, 'not a JSON object');

  const refuse: Refuse = (offset, what) => {
    throw configFault(path, text, offset, what);
  };
  const found = containers.flatMap((container, index) =>
    nodesAt(root, container, refuse).flatMap(({ node, path: at }) =>
      entries(node, index === 0 ? [] : at, refuse),
    ),
  );
  return {
    servers: found.map(({ name, place, value, members, command, args, env, cwd }) => ({
      name,
      place,
      command: command === undefined ? undefined : String(getNodeValue(command)),
      args: args === undefined ? [] : stringsOf(getNodeValue(args)),
      env: env === undefined ? undefined : textMembers(getNodeValue(env)),
      folder: cwd?.type === 'string' ? String(getNodeValue(cwd)) : undefined,
      remote:
        command === undefined
          ? remoteServer(
              Object.fromEntries(members.map((member) => [member.key, getNodeValue(member.value)])),
              plainUrlIsSse,
            )
          : undefined,
      text: text.slice(value.offset, value.offset + value.length),
    })),
    withChanges: (changes) =>
      applyEdits(
        text,
        found.flatMap((each) => {
          const change = changes.get(each.place);
          return change === undefined ? [] : editsFor(text, each, change);
        }),
      ),
  };
}

interface Container {
  readonly node: Node;
  readonly path: readonly string[];
}

/** Says that the file is faulty, and where. */
type Refuse = (offset: number, what: string) => never;

function nodesAt(
  node: Node,
  [first, ...rest]: ContainerPath,
  refuse: Refuse,
  path: readonly string[] = [],
): Container[] {
  if (first === undefined) return node.type === 'object' ? [{ node, path }] : [];
  const meant = properties(node).filter(({ key }) => first === '*' || key === first);
  return once(meant, refuse).flatMap(({ key, value }) => nodesAt(value, rest, refuse, [...path, key]));
}

interface Member {
  readonly key: string;
  readonly value: Node;
  readonly offset: number;
}

function properties(node: Node): Member[] {
  if (node.type !== 'object') return [];
  return (node.children ?? []).flatMap(({ children = [], offset }) => {
    const [key, value] = children;
    return key === undefined || value === undefined ? [] : [{ key: String(key.value), value, offset }];
  });
}

/** Clients disagree on which of two equal names counts: governing one of them would be luck. */
function once(members: readonly Member[], refuse: Refuse): readonly Member[] {
  const seen = new Set<string>();
  for (const { key, offset } of members) {
    if (seen.has(key)) refuse(offset, `${JSON.stringify(key)} is there twice`);
    seen.add(key);
  }
  return members;
}

function entries(container: Node, at: readonly string[], refuse: Refuse): Found[] {
  return once(properties(container), refuse).map(({ key, value, offset }) => {
    const members = once(properties(value), refuse);
    const command = members.find((member) => member.key === 'command')?.value;
    // Zed's older form keeps program and arguments in an object of their own.
    const nested = command?.type === 'object' ? once(properties(command), refuse) : undefined;
    const own = nested ?? members;
    const program = nested === undefined ? command : own.find((member) => member.key === 'path')?.value;
    if (command !== undefined && members.some((member) => ADDRESSES.includes(member.key)))
      refuse(offset, `${JSON.stringify(key)} has a command and a URL, of which only one counts`);
    return {
      name: key,
      place: [...at, key].join('.'),
      value,
      members,
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

function editsFor(text: string, found: Found, change: Change): TextEdit[] {
  const { value, members, command, args } = found;
  if ('text' in change) return [{ ...rangeOf(value), text: change.text }];
  if (command !== undefined) return launchEdits(text, command, args, change);
  // The URL makes room for the program, its headers for the arguments; everything else stays.
  const member = (...keys: string[]) => members.find(({ key }) => keys.includes(key));
  const url = member(...ADDRESSES);
  const headers = member('headers');
  const type = member('type');
  if (url === undefined) return [];
  return [
    { start: url.offset, end: url.value.offset, text: '"command": ' },
    ...(headers === undefined
      ? []
      : [{ start: headers.offset, end: headers.value.offset, text: '"args": ' }]),
    ...(type === undefined ? [] : [{ ...rangeOf(type.value), text: '"stdio"' }]),
    ...launchEdits(text, url.value, headers?.value, change),
  ];
}

function launchEdits(text: string, command: Node, args: Node | undefined, launch: Launch): TextEdit[] {
  const { start, end } = rangeOf(command);
  const program: TextEdit = { start, end, text: JSON.stringify(launch.command) };
  if (args !== undefined) {
    const range = rangeOf(args);
    return [program, { ...range, text: arrayText(launch.args, text.slice(range.start, range.end)) }];
  }
  const lineStart = text.lastIndexOf('\n', start) + 1;
  const indent = /^[ \t]*/.exec(text.slice(lineStart))?.[0] ?? '';
  // A member that begins its line gets one of its own below; anything else stays on the line.
  const ownLine = /^\s*"[^"]*"\s*:\s*$/.test(text.slice(lineStart, start));
  const separator = ownLine ? `,${lineEnd(text)}${indent}` : ', ';
  return [program, { start: end, end, text: `${separator}"args": ${arrayText(launch.args, '[]')}` }];
}

function rangeOf({ offset, length }: Node): { start: number; end: number } {
  return { start: offset, end: offset + length };
}

/** Written over several lines where the original was. */
function arrayText(values: readonly string[], original: string): string {
  const items = values.map((value) => JSON.stringify(value));
  const indents = /\n([ \t]*)\S[^]*\n([ \t]*)[\]}]$/.exec(original);
  if (indents === null || items.length === 0) return `[${items.join(', ')}]`;
  const [, item = '', close = ''] = indents;
  const next = lineEnd(original);
  return `[${next}${items.map((each) => item + each).join(`,${next}`)}${next}${close}]`;
}

function lineEnd(text: string): string {
  return text.includes('\r\n') ? '\r\n' : '\n';
}
