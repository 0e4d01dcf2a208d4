import type { Findings } from './found.js';
import { scriptTokens } from './script-tokens.js';
import {
  constants,
  dottedBefore,
  isGroup,
  isSign,
  isWord,
  levels,
  nest,
  parts,
  textValue,
  valueOf,
  type Group,
  type Node,
} from './source.js';

const MAKER =
  /^(?:tool|betaTool|betaZodTool|zodFunction|dynamicTool|functionTool|defineTool|createTool|registerTool|addTool|tool_plain|Tool)$/u;
const WRAPPER = /^(?:wrapAnthropicTools|wrapOpenAITools|instrumentAnthropic|instrumentOpenAI)$/u;
const CONSTRUCTOR = /(?:^|[a-z])Tool$/u;
const DEFINITION = [
  'input_schema',
  'inputSchema',
  'parameters',
  'schema',
  'execute',
  'run',
  'func',
  'handler',
];
const FROM_ELSEWHERE = /^(?:getTools|listTools|loadTools|loadMcpTools|getAllMcpTools)$/u;

interface Reading {
  readonly known: ReadonlyMap<string, string>;
  readonly functions: ReadonlySet<string>;
  /** Names of variables that hold a tool found where it is made. */
  readonly made: Set<string>;
  readonly found: Findings;
}

/** Tools declared in a JavaScript or TypeScript program. */
export function findScriptTools(source: string, found: Findings): void {
  const nodes = nest(scriptTokens(source));
  const functions = new Set<string>();
  const all = [...levels(nodes)];
  for (const level of all) {
    level.forEach((node, index) => {
      const after = level[index + 1];
      if (isWord(node) && node.text === 'function' && isWord(after)) functions.add(after.text);
      if (isWord(node) && isSign(after, '=') && isFunctionText(level.slice(index + 2)))
        functions.add(node.text);
    });
  }
  const reading: Reading = { known: constants(nodes), functions, made: new Set(), found };
  for (const level of all) {
    level.forEach((node, index) => {
      if (isGroup(node, '(')) readCall(level, index, node, reading);
      if (isGroup(node, '{')) readObject(level, index, node, reading);
      if (isWord(node) && node.text === 'class') readClass(level, index, reading);
    });
  }
  for (const level of all) {
    level.forEach((node, index) => {
      if (!isWord(node) || node.text !== 'tools') return;
      const sign = level[index + 1];
      if (isSign(sign, ':') || isSign(sign, '=')) readTools(level.slice(index + 2), reading);
    });
  }
}

function isFunctionText(rest: readonly Node[]): boolean {
  const [first, second, third] = rest;
  if (isWord(first) && first.text === 'async') return isFunctionText(rest.slice(1));
  if (isWord(first) && first.text === 'function') return true;
  if (isWord(first)) return isSign(second, '=>');
  if (!isGroup(first, '(')) return false;
  return (
    isSign(second, '=>') ||
    (isSign(second, ':') && third !== undefined && rest.slice(2, 8).some((node) => isSign(node, '=>')))
  );
}

/** `tool(fn, {name})`, `server.registerTool('x', …)`, `new DynamicTool({name})`, `wrapOpenAITools({a, b})`. */
function readCall(level: readonly Node[], at: number, call: Group, reading: Reading): void {
  const callee = dottedBefore(level, withoutTypes(level, at));
  const last = callee?.names.at(-1);
  if (callee === undefined || last === undefined) return;
  const before = level[callee.start - 1];
  if (isWord(before) && before.text === 'function') return;
  if (FROM_ELSEWHERE.test(last)) {
    return reading.found.unknown(call.line, `the tools that ${last}() gives are known only when it runs`);
  }
  if (WRAPPER.test(last)) {
    const [map] = call.nodes;
    return isGroup(map, '{') ? readMap(map, reading) : undefined;
  }
  const made = isWord(before) && before.text === 'new';
  if (made ? !CONSTRUCTOR.test(last) : !MAKER.test(last)) return;
  // A declaration of a method of that name, not a call.
  if (isGroup(level[at + 1], '{') && !isSign(before, '@')) return;
  const start = made ? callee.start - 1 : callee.start;
  const { name: stated, keyed } = placeOf(level, start);
  if (stated !== undefined) reading.made.add(stated);
  const all = parts(call);
  const first = all[0]?.[0];
  const declared = isSign(before, '@') ? 'decorator' : 'constructed';
  if (first?.kind === 'string') {
    return reading.found.tool(textValue(all[0], reading.known), call.line, declared);
  }
  const name = all
    .flatMap(([value, more]) =>
      isGroup(value, '{') && more === undefined ? [valueOf(parts(value), ['name'], ':')] : [],
    )
    .find((value) => value !== undefined);
  if (name !== undefined) return reading.found.tool(textValue(name, reading.known), call.line, declared);
  if (isWord(first) && reading.known.has(first.text)) {
    return reading.found.tool(reading.known.get(first.text), call.line, declared);
  }
  // The Vercel AI SDK names a tool by the key it stands under.
  if (keyed || isGroup(first, '{')) return reading.found.tool(stated, call.line, declared);
  const method =
    declared === 'decorator'
      ? level.slice(at + 1).find((node) => isWord(node) && node.text !== 'async')
      : undefined;
  reading.found.tool(method?.text, call.line, declared);
}

/** Position of the parenthesis without type arguments in front of it: `tool<Input>(`. */
function withoutTypes(level: readonly Node[], at: number): number {
  if (!isSign(level[at - 1], '>')) return at;
  for (let index = at - 2, depth = 1; index >= 0; index -= 1) {
    if (isSign(level[index], '>')) depth += 1;
    if (isSign(level[index], '<') && (depth -= 1) === 0) return index;
  }
  return at;
}

/** The key or variable that a value beginning at `start` is given to. */
function placeOf(level: readonly Node[], start: number): { name: string | undefined; keyed: boolean } {
  const [holder, sign] = [level[start - 2], level[start - 1]];
  const isName = holder?.kind === 'word' || holder?.kind === 'string';
  if (!isName || !(isSign(sign, ':') || isSign(sign, '='))) return { name: undefined, keyed: false };
  return { name: holder.text, keyed: isSign(sign, ':') };
}

/** A tool written as an object: a name beside a schema or a body. */
function readObject(level: readonly Node[], at: number, group: Group, { known, made, found }: Reading): void {
  const all = parts(group);
  const servers = valueOf(all, ['mcpServers'], ':')?.[0];
  if (isGroup(servers, '{')) {
    found.mcpServers(
      parts(servers).flatMap(([key]) => (key?.kind === 'word' || key?.kind === 'string' ? [key.text] : [])),
      servers.line,
    );
  }
  const name = valueOf(all, ['name'], ':');
  if (name === undefined || !hasMember(all, DEFINITION)) return;
  const { name: stated } = placeOf(level, at);
  if (stated !== undefined) made.add(stated);
  const isArgument = isGroup(level[at - 1], '(');
  if (!isArgument) found.tool(textValue(name, known), group.line, 'definition');
}

function hasMember(all: readonly (readonly Node[])[], names: readonly string[]): boolean {
  return all.some((part) => part.slice(0, 3).some((node) => isWord(node) && names.includes(node.text)));
}

/** `class Search extends StructuredTool { name = 'search' }`. */
function readClass(level: readonly Node[], at: number, { known, found }: Reading): void {
  const body = level.findIndex((node, index) => index > at && isGroup(node, '{'));
  const head = level.slice(at + 1, body);
  const isToolClass = head.some(
    (node, index) =>
      isWord(node) &&
      node.text === 'extends' &&
      head.slice(index + 1).some((base) => isWord(base) && CONSTRUCTOR.test(base.text)),
  );
  const group = level[body];
  if (!isToolClass || !isGroup(group, '{')) return;
  const place = group.nodes.findIndex(
    (node, index) =>
      isWord(node) &&
      node.text === 'name' &&
      (isSign(group.nodes[index + 1], '=') || isSign(group.nodes[index + 1], ':')),
  );
  const rest = place < 0 ? [] : group.nodes.slice(place + 1, place + 8);
  const equals = rest.findIndex((node) => isSign(node, '='));
  const value = equals < 0 ? undefined : rest[equals + 1];
  found.tool(value === undefined ? undefined : textValue([value], known), group.line, 'class');
}

/** `tools: [search, ...more]`, `tools: { search }`, `tools: await client.tools()`. */
function readTools(rest: readonly Node[], reading: Reading): void {
  const [value, next] = rest;
  if (isGroup(value, '{')) return readMap(value, reading);
  if (isGroup(value, '[')) {
    for (const part of parts(value)) {
      if (isSign(part[0], '.'))
        reading.found.unknown(part[0]?.line ?? value.line, 'a list of tools is spread in from elsewhere');
      else if (part.length === 1 && isWord(part[0])) named(part[0].text, part[0].line, reading);
    }
  } else if (isWord(value) && (value.text === 'await' || isGroup(next, '(') || isSign(next, '.'))) {
    reading.found.unknown(value.line, 'the tools given here are known only when the program runs');
  }
}

/** Keys of a map of tools are their names. */
function readMap(map: Group, reading: Reading): void {
  for (const part of parts(map)) {
    const [key, sign] = part[0]?.kind === 'word' && part[0].text === 'async' ? part.slice(1) : part;
    if (isSign(key, '.'))
      reading.found.unknown(key?.line ?? map.line, 'a map of tools is spread in from elsewhere');
    else if (key?.kind === 'string' || isWord(key)) {
      const ownName =
        reading.made.has(key.text) &&
        sign === undefined &&
        reading.found.tools.some(({ name }) => name === key.text);
      if (!ownName)
        reading.found.tool(key.kind === 'string' && key.dynamic ? undefined : key.text, key.line, 'listed');
    } else if (isGroup(key, '[')) reading.found.tool(undefined, key.line, 'listed');
  }
}

function named(name: string, line: number, { made, functions, found }: Reading): void {
  if (made.has(name)) return;
  if (functions.has(name)) found.tool(name, line, 'listed');
  else found.unknown(line, `tool '${name}' is declared in another file`);
}
