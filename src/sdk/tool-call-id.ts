import { isJsonObject, type JsonObject } from './vocabulary.js';

/**
 * The agent's own name of a call, from the `_meta` of an MCP request: `claudecode/toolUseId` and its like put the model's
 * id of the call under a prefix of their own.
 */
export function toolCallIdIn(meta: unknown): string | undefined {
  if (!isJsonObject(meta)) return undefined;
  const name = Object.keys(meta).find((key) => /(?:^|\/)tool_?(?:use|call)_?id$/i.test(key));
  return name === undefined ? undefined : toolCallId(meta[name]);
}

/** An id that may stand in requests and records; anything else is none. */
export function toolCallId(value: unknown): string | undefined {
  return typeof value === 'string' && /^[\w.:-]{1,128}$/.test(value) ? value : undefined;
}

/** What a request says of a call that the SDK saw and that another surface may see as well. */
export function seenBySdk(id: string | undefined): JsonObject | undefined {
  return id === undefined ? undefined : { tool_call_id: id, surface: 'sdk' };
}
