import type { ThothPolicyViolation } from '../errors.js';
import { isPlainObject } from '../modify.js';
import { toolCallId, toolCallIdIn } from '../tool-call-id.js';
import { isJsonObject, type JsonObject } from '../vocabulary.js';

/** What the policy sees of a call, and how changed values go back into it. */
export interface CallShape {
  readonly values: readonly unknown[];
  restore(values: readonly unknown[]): readonly unknown[];
  /** Set where the call names the tool: one entry point then serves many tools. */
  readonly toolName?: string;
  /** The agent's own name of the call, where the framework tells it. */
  readonly toolCallId?: string | undefined;
  /** What the framework's loop gets instead of a throw that would end its whole run. */
  readonly refused?: (refusal: ThothPolicyViolation) => unknown;
}

/**
 * Framework arguments are not the tool's: LangChain appends a run configuration and may pass a whole tool call,
 * the Vercel AI SDK and the tool runner of the Anthropic SDK append call options, the OpenAI Agents SDK passes its run first and the arguments as JSON
 * text. They travel on unchanged and are recognised by their own marks, never by position alone, so that no real
 * argument is hidden from the policy.
 */
export function callShape(tool: object, entry: string, args: readonly unknown[]): CallShape {
  const [first, second] = args;
  if (entry === 'callTool') return mcpShape(args);
  if (entry === 'function' && isToolRunner(second)) {
    return jsonText(first, (value) => [value, ...args.slice(1)]);
  }
  if (isLangChain(tool) && args.length > 0) return langChainShape(first, args.slice(1));
  if (entry === 'invoke' && isAgentsTool(tool) && typeof second === 'string') {
    const refused = (refusal: ThothPolicyViolation): string => refusal.message;
    return { ...jsonText(second, (value) => [first, value, ...args.slice(2)]), refused };
  }
  if (args.length === 2 && isCallOptions(second)) {
    return { values: [first], restore: (values) => [...values, second], toolCallId: idInOptions(second) };
  }
  return { values: args, restore: (values) => values };
}

function langChainShape(input: unknown, rest: readonly unknown[]): CallShape {
  if (isToolCall(input)) {
    return {
      values: [input.args],
      restore: ([args]) => [{ ...input, args }, ...rest],
      toolCallId: toolCallId(input['id']),
    };
  }
  return { values: [input], restore: (values) => [...values, ...rest] };
}

/** Both forms of MCP clients: `callTool({name, arguments}, …)` and `callTool(name, arguments, …)`. */
function mcpShape(args: readonly unknown[]): CallShape {
  const [first, second] = args;
  if (typeof first === 'string') {
    return {
      toolName: first,
      values: [second ?? {}],
      restore: ([value]) => [first, value, ...args.slice(2)],
    };
  }
  if (isJsonObject(first) && typeof first['name'] === 'string') {
    const restore = ([value]: readonly unknown[]): unknown[] => [
      { ...first, arguments: value },
      ...args.slice(1),
    ];
    return {
      toolName: first['name'],
      values: [first['arguments'] ?? {}],
      restore,
      toolCallId: toolCallIdIn(first['_meta']),
    };
  }
  return { values: args, restore: (values) => values };
}

/** Arguments as JSON text are shown to the policy as the object they are, and go back as text. */
function jsonText(text: unknown, put: (value: unknown) => readonly unknown[]): CallShape {
  const parsed = typeof text === 'string' ? parseObject(text) : undefined;
  if (parsed === undefined) return { values: [text], restore: ([value]) => put(value) };
  return { values: [parsed], restore: ([value]) => put(JSON.stringify(value)) };
}

function parseObject(text: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isJsonObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isLangChain(tool: object): boolean {
  return 'lc_namespace' in tool && Array.isArray(tool.lc_namespace);
}

/** Function tools of the OpenAI Agents SDK keep their body in a closure; `invoke` is the only way in. */
function isAgentsTool(tool: object): boolean {
  return 'type' in tool && tool.type === 'function' && 'parameters' in tool && 'needsApproval' in tool;
}

/** What the Vercel AI SDK and the tool runner of the Anthropic SDK pass behind the arguments. */
function isCallOptions(value: unknown): value is JsonObject {
  if (!isJsonObject(value)) return false;
  const toolUse = toolUseOf(value);
  return typeof value['toolCallId'] === 'string' || (isJsonObject(toolUse) && toolUse['type'] === 'tool_use');
}

/** The loop of the OpenAI SDK passes itself behind the arguments. */
function isToolRunner(value: unknown): boolean {
  const controller: unknown = isJsonObject(value) ? value['controller'] : undefined;
  return controller instanceof AbortController && !isPlainObject(value);
}

function idInOptions(options: JsonObject): string | undefined {
  const toolUse = toolUseOf(options);
  return toolCallId(options['toolCallId']) ?? (isJsonObject(toolUse) ? toolCallId(toolUse['id']) : undefined);
}

function toolUseOf(options: JsonObject): unknown {
  return options['toolUse'] ?? options['toolUseBlock'];
}

function isToolCall(value: unknown): value is JsonObject & { readonly args: JsonObject } {
  return isPlainObject(value) && value['type'] === 'tool_call' && isPlainObject(value['args']);
}
