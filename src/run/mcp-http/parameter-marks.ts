import { isJsonObject, type JsonObject } from '../../sdk/vocabulary.js';
import { encodeFieldValue } from './field-value.js';

/** A parameter of a tool that its server wants repeated in a header. */
export interface ParameterMark {
  /** Lower-case name of the header: `mcp-param-region`. */
  readonly header: string;
  readonly path: readonly string[];
  readonly type: string;
}

const MARK = 'x-mcp-header';
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]{1,100}$/;
const MAX_TOOLS = 10_000;
const MAX_DEPTH = 32;

/** Which parameters of which tools travel in headers too, as far as lists of tools have told. */
export class ParameterMarks {
  readonly #byTool = new Map<string, readonly ParameterMark[]>();

  learn(tools: readonly JsonObject[]): void {
    for (const { name, inputSchema } of tools) {
      if (typeof name !== 'string') continue;
      if (this.#byTool.size < MAX_TOOLS || this.#byTool.has(name))
        this.#byTool.set(name, marksOf(inputSchema));
    }
  }

  /** Undefined when no list has named the tool. */
  of(toolName: string): readonly ParameterMark[] | undefined {
    return this.#byTool.get(toolName);
  }
}

/** Only parameters reached through `properties` alone can be marked; a server ignores marks anywhere else. */
function marksOf(schema: unknown, path: readonly string[] = []): ParameterMark[] {
  if (!isJsonObject(schema) || path.length > MAX_DEPTH) return [];
  const { [MARK]: mark, type, properties } = schema;
  const own =
    typeof mark === 'string' && TOKEN.test(mark) && typeof type === 'string' && path.length > 0
      ? [{ header: `mcp-param-${mark.toLowerCase()}`, path, type }]
      : [];
  const below = isJsonObject(properties) ? Object.entries(properties) : [];
  return [...own, ...below.flatMap(([name, each]) => marksOf(each, [...path, name]))];
}

/** The argument as its header says it, before encoding; undefined when it needs no header. */
export function argumentText(args: JsonObject | undefined, { path }: ParameterMark): string | undefined {
  let value: unknown = args;
  for (const name of path)
    value = isJsonObject(value) && Object.hasOwn(value, name) ? value[name] : undefined;
  if (typeof value === 'string') return value;
  if (typeof value === 'boolean') return String(value);
  return typeof value === 'number' && (!Number.isInteger(value) || Number.isSafeInteger(value))
    ? String(value)
    : undefined;
}

/** The headers that a call with these arguments must carry. */
export function parameterHeaders(
  args: JsonObject | undefined,
  marks: readonly ParameterMark[],
): Record<string, string> {
  return Object.fromEntries(
    marks.flatMap((mark) => {
      const text = argumentText(args, mark);
      return text === undefined ? [] : [[mark.header, encodeFieldValue(text)]];
    }),
  );
}
