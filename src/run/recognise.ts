const NEWLINE = 0x0a;
const OPEN_OBJECT = 0x7b;
const OPEN_ARRAY = 0x5b;

/** Longest first line looked at; an MCP client's first message is far shorter. */
const MAX_FIRST_LINE = 1024 * 1024;

export type Recognised = 'mcp' | 'other' | 'undecided';

/**
 * Says from the first bytes on stdin whether an MCP client speaks. Every line-framed JSON-RPC request counts,
 * batches too: `initialize` and `server/discover` are only the usual first ones.
 */
export function recognise(start: Buffer, ended: boolean): Recognised {
  const first = start.findIndex((byte) => byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09);
  if (first === -1) return ended ? 'other' : 'undecided';
  if (start[first] !== OPEN_OBJECT && start[first] !== OPEN_ARRAY) return 'other';
  const newline = start.indexOf(NEWLINE, first);
  if (newline === -1 && !ended) return start.length > MAX_FIRST_LINE ? 'other' : 'undecided';
  const line = start.subarray(first, newline === -1 ? undefined : newline);
  return isJsonRpc(line) ? 'mcp' : 'other';
}

function isJsonRpc(line: Buffer): boolean {
  try {
    const message: unknown = JSON.parse(line.toString('utf8'));
    const entries: readonly unknown[] = Array.isArray(message) ? message : [message];
    return entries.some(
      (entry) =>
        typeof entry === 'object' &&
        entry !== null &&
        'jsonrpc' in entry &&
        entry.jsonrpc === '2.0' &&
        'method' in entry &&
        typeof entry.method === 'string',
    );
  } catch {
    return false;
  }
}
