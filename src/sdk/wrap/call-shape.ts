import { isPlainObject } from '../modify.js';
import { isJsonObject, type JsonObject } from '../vocabulary.js';

/** What the policy sees of a call, and how changed values go back into it. */
export interface CallShape {
  readonly values: readonly unknown[];
  restore(values: readonly unknown[]): readonly unknown[];
}

/**
 * Framework arguments are not the tool's: LangChain appends a run configuration and may pass a whole tool call,
 * the Vercel AI SDK appends call options. They travel on unchanged and are recognised by their own marks, never
 * by position alone, so that no real argument is hidden from the policy.
 */
export function callShape(tool: unknown, args: readonly unknown[]): CallShape {
  const [first, second] = args;
  if (isLangChain(tool) && args.length > 0) return langChainShape(first, args.slice(1));
  if (args.length === 2 && isJsonObject(second) && typeof second['toolCallId'] === 'string') {
    return { values: [first], restore: (values) => [...values, second] };
  }
  return { values: args, restore: (values) => values };
}

function langChainShape(input: unknown, rest: readonly unknown[]): CallShape {
  if (isToolCall(input)) {
    return { values: [input.args], restore: ([args]) => [{ ...input, args }, ...rest] };
  }
  return { values: [input], restore: (values) => [...values, ...rest] };
}

function isLangChain(tool: unknown): boolean {
  return (
    (typeof tool === 'object' || typeof tool === 'function') &&
    tool !== null &&
    'lc_namespace' in tool &&
    Array.isArray(tool.lc_namespace)
  );
}

function isToolCall(value: unknown): value is JsonObject & { readonly args: JsonObject } {
  return isPlainObject(value) && value['type'] === 'tool_call' && isPlainObject(value['args']);
}
