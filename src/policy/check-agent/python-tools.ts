import type { Findings } from './found.js';
import { pythonTokens } from './python-tokens.js';
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

const DECORATOR =
  /^(?:tool|function_tool|beta_tool|beta_async_tool|tool_plain|kernel_function|ai_function|register_tool|register_for_llm)$/u;
const CONSTRUCTOR = /(?:^|[a-z])Tool$/u;
const FACTORY = /^(?:from_function|from_defaults|create_tool|as_tool)$/u;
const DEFINITION = ['input_schema', 'inputSchema', 'parameters'];
const NAME = ['name', 'name_override', 'tool_name'];

/** Tools declared in a Python program. */
export function findPythonTools(source: string, found: Findings): void {
  const nodes = nest(pythonTokens(source));
  const known = constants(nodes);
  const functions = new Set<string>();
  const made = new Set<string>();
  nodes.forEach((node, index) => {
    const after = nodes[index + 1];
    if (isWord(node) && node.text === 'def' && isWord(after)) functions.add(after.text);
  });
  nodes.forEach((node, index) => {
    if (isSign(node, '@') && 'indent' in node) readDecorator(nodes, index, known, made, found);
    if (isWord(node) && node.text === 'class') readClass(nodes, index, known, found);
  });
  for (const level of levels(nodes)) {
    level.forEach((node, index) => {
      if (isGroup(node, '(')) readCall(level, index, node, known, made, found);
      if (isGroup(node, '{')) readDictionary(node, known, found);
      if (isWord(node) && node.text === 'tools' && isSign(level[index + 1], '=')) {
        readList(level[index + 2], level[index + 3], functions, made, found);
      }
    });
  }
}

/** `@tool`, `@agent.tool(retries=2)`, `@mcp.tool("name")`, above `def`, `async def` or `class`. */
function readDecorator(
  nodes: readonly Node[],
  at: number,
  known: ReadonlyMap<string, string>,
  made: Set<string>,
  found: Findings,
): void {
  let index = at + 1;
  let last = '';
  while (isWord(nodes[index]) || isSign(nodes[index], '.')) {
    const node = nodes[index];
    if (isWord(node)) last = node.text;
    index += 1;
  }
  const call = nodes[index];
  if (!DECORATOR.test(last)) return;
  while (index < nodes.length) {
    const node = nodes[index];
    if (isWord(node) && (node.text === 'def' || node.text === 'class')) break;
    index += 1;
  }
  const defined = nodes[index + 1];
  if (!isWord(defined)) return;
  made.add(defined.text);
  const given = isGroup(call, '(') ? givenName(call, known) : undefined;
  found.tool(given === undefined ? defined.text : given.name, defined.line, 'decorator');
}

/** `class Search(BaseTool): name: str = "search"`. */
function readClass(
  nodes: readonly Node[],
  at: number,
  known: ReadonlyMap<string, string>,
  found: Findings,
): void {
  const [name, bases] = [nodes[at + 1], nodes[at + 2]];
  if (!isWord(name) || !isGroup(bases, '(')) return;
  if (!bases.nodes.some((node) => isWord(node) && CONSTRUCTOR.test(node.text))) return;
  const indent = 'indent' in (nodes[at] ?? {}) ? ((nodes[at] as { indent?: number }).indent ?? 0) : 0;
  for (let index = at + 3; index < nodes.length; index += 1) {
    const node = nodes[index];
    if (!isWord(node) || node.indent === undefined) continue;
    if (node.indent <= indent) break;
    if (node.text !== 'name') continue;
    const line = nodes.slice(
      index,
      nodes.findIndex((each, place) => place > index && each.kind === 'line'),
    );
    const equals = line.findIndex((each) => isSign(each, '='));
    found.tool(equals < 0 ? undefined : textValue(line.slice(equals + 1), known), node.line, 'class');
    return;
  }
  found.unknown(name.line, `tool class '${name.text}' does not state its name`);
}

/** `Tool(name="x", func=f)`, `StructuredTool.from_function(f)`. */
function readCall(
  level: readonly Node[],
  at: number,
  call: Group,
  known: ReadonlyMap<string, string>,
  made: Set<string>,
  found: Findings,
): void {
  const callee = dottedBefore(level, at);
  if (callee === undefined) return;
  const before = level[callee.start - 1];
  if (isSign(before, '@') || (isWord(before) && (before.text === 'class' || before.text === 'def'))) return;
  const last = callee.names.at(-1) ?? '';
  const owner = callee.names.at(-2) ?? '';
  if (/^load_.*tools$/u.test(last) || last === 'get_tools' || last === 'list_tools') {
    return found.unknown(
      call.line,
      `the tools that ${callee.names.join('.')}() gives are known only when it runs`,
    );
  }
  if (/^MCP\w*Server|^MCPServer|^MultiServerMCPClient|^McpToolset|^MCPToolset/u.test(last)) {
    return found.mcpServers([textValue(valueOf(parts(call), ['name'], '='), known) ?? last], call.line);
  }
  if (!CONSTRUCTOR.test(last) && !(FACTORY.test(last) && (CONSTRUCTOR.test(owner) || last === 'as_tool')))
    return;
  const assigned = level[callee.start - 2];
  if (isSign(before, '=') && isWord(assigned)) made.add(assigned.text);
  const given = givenName(call, known);
  if (given !== undefined) return found.tool(given.name, call.line, 'constructed');
  const fn = valueOf(parts(call), ['func', 'fn', 'coroutine', 'function'], '=') ?? parts(call)[0];
  const [only, second] = fn ?? [];
  if (isWord(only)) made.add(only.text);
  found.tool(isWord(only) && second === undefined ? only.text : undefined, call.line, 'constructed');
}

/** The name a call states; its `name` is undefined when it is stated in a way that cannot be read. */
function givenName(
  call: Group,
  known: ReadonlyMap<string, string>,
): { name: string | undefined } | undefined {
  const all = parts(call);
  const named = valueOf(all, NAME, '=');
  if (named !== undefined) return { name: textValue(named, known) };
  const [first] = all;
  return first?.[0]?.kind === 'string' ? { name: textValue(first, known) } : undefined;
}

/** A tool as the vendors' APIs define it, and MCP servers in a configuration. */
function readDictionary(group: Group, known: ReadonlyMap<string, string>, found: Findings): void {
  const all = parts(group);
  const name = valueOf(all, ['name'], ':');
  if (name !== undefined && valueOf(all, DEFINITION, ':') !== undefined) {
    found.tool(textValue(name, known), group.line, 'definition');
  }
  const servers = valueOf(all, ['mcpServers', 'mcp_servers'], ':')?.[0];
  if (isGroup(servers, '{')) {
    found.mcpServers(
      parts(servers).flatMap(([key]) => (key?.kind === 'string' ? [key.text] : [])),
      servers.line,
    );
  }
}

/** `tools=[search, *more]`: functions of this file are tools; what comes from elsewhere cannot be seen. */
function readList(
  value: Node | undefined,
  next: Node | undefined,
  functions: ReadonlySet<string>,
  made: ReadonlySet<string>,
  found: Findings,
): void {
  if (!isGroup(value, '[')) {
    if (isWord(value) && !made.has(value.text) && (isGroup(next, '(') || isSign(next, '.'))) {
      found.unknown(value.line, `the tools given by ${value.text} are known only when it runs`);
    }
    return;
  }
  for (const part of parts(value)) {
    const [first, second] = part;
    if (isSign(first, '*'))
      found.unknown(first?.line ?? value.line, 'a list of tools is spread in from elsewhere');
    else if (isWord(first) && second === undefined && !made.has(first.text)) {
      if (functions.has(first.text)) found.tool(first.text, first.line, 'listed');
      else found.unknown(first.line, `tool '${first.text}' is declared in another file`);
    }
  }
}
