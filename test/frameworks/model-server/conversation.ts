/** What a model asks for in one turn: the calls are made side by side. */
export interface ScriptedCall {
  readonly name: string;
  readonly args: Record<string, unknown>;
}

export interface ToolResult {
  readonly id: string;
  readonly text: string;
  /** Only where the wire format has a mark for it. */
  readonly isError: boolean;
}

/** A request of any vendor, read as far as the script needs it. */
export interface ModelRequest {
  readonly path: string;
  readonly stream: boolean;
  readonly toolNames: readonly string[];
  readonly results: readonly ToolResult[];
}

/** The next thing the model says. */
export type Reply =
  | { readonly kind: 'calls'; readonly calls: readonly (ScriptedCall & { readonly id: string })[] }
  | { readonly kind: 'text'; readonly text: string };

/** Picks the reply: the scripted turns in order, counted by the calls answered so far, then a closing text. */
export function nextReply(turns: readonly (readonly ScriptedCall[])[], request: ModelRequest): Reply {
  let answered = request.results.length;
  for (const [turn, calls] of turns.entries()) {
    if (answered > 0) {
      answered -= calls.length;
      continue;
    }
    if (!calls.every(({ name }) => request.toolNames.includes(name))) break;
    return { kind: 'calls', calls: calls.map((call, index) => ({ ...call, id: `call_${turn}_${index}` })) };
  }
  return { kind: 'text', text: `done: ${request.results.map(({ text }) => text).join(' | ')}` };
}

/** Text in small pieces, as models stream it. */
export function pieces(text: string): string[] {
  return text.match(/.{1,7}/gsu) ?? [''];
}

export type Json = Record<string, unknown>;

export function isJson(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function list(value: unknown): Json[] {
  return Array.isArray(value) ? value.filter(isJson) : [];
}

/** Text of a content that is a string or a list of text parts. */
export function textOf(content: unknown): string {
  if (typeof content === 'string') return content;
  return list(content)
    .map(({ text }) => (typeof text === 'string' ? text : ''))
    .join('');
}
