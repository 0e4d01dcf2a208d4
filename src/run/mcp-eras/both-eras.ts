import { isJsonObject, type JsonObject } from '../../sdk/vocabulary.js';

/** Requests that a server may ask something back about before it answers. */
export const ASKS_BACK = ['tools/call', 'prompts/get', 'resources/read'];

const OFFERED = ['tools', 'prompts', 'resources', 'completions', 'logging', 'experimental'];

/** What of a server's capabilities means the same in both eras. */
export function offeredInBoth(capabilities: unknown): JsonObject {
  const all = Object.entries(isJsonObject(capabilities) ? capabilities : {});
  return Object.fromEntries(all.filter(([name]) => OFFERED.includes(name)));
}
