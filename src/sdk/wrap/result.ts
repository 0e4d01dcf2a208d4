import type { CallResult, Permit } from '../call.js';

/** Marks a tool's result for its POST event. Reads nothing that could throw or be costly. */
export function resultFacts(value: unknown): Pick<CallResult, 'resultType' | 'resultSizeBytes'> {
  const size = resultSize(value);
  return { resultType: resultType(value), ...(size === undefined ? {} : { resultSizeBytes: size }) };
}

function resultType(value: unknown): string {
  if (value === null) return 'null';
  try {
    if (Array.isArray(value)) return 'array';
    return ArrayBuffer.isView(value) ? 'bytes' : typeof value;
  } catch {
    // A proxy may throw when it is merely looked at; the tool has run, so nothing may come of it.
    return typeof value;
  }
}

function resultSize(value: unknown): number | undefined {
  try {
    if (value === undefined || typeof value === 'function' || typeof value === 'symbol') return undefined;
    if (typeof value === 'string') return Buffer.byteLength(value);
    if (ArrayBuffer.isView(value)) return value.byteLength;
    return jsonSize(value);
  } catch {
    return undefined;
  }
}

/** A replacer makes every result several times as slow, so it is used only for those that need it. */
function jsonSize(value: unknown): number | undefined {
  let text: string | undefined;
  try {
    text = JSON.stringify(value);
  } catch {
    text = JSON.stringify(value, (_key, member: unknown) =>
      typeof member === 'bigint' ? member.toString() : member,
    );
  }
  return text === undefined ? undefined : Buffer.byteLength(text);
}

export function errorResult(error: unknown): CallResult {
  return { outcome: 'error', errorName: errorName(error) };
}

function errorName(error: unknown): string {
  try {
    return error instanceof Error ? error.constructor.name || error.name : typeof error;
  } catch {
    return 'unknown';
  }
}

/** Ends the POST event of a stream when it is used up, left early or fails. */
export function endsWith(permit: Permit): {
  exhausted(): void;
  left(): void;
  failed(error: unknown): void;
} {
  return {
    exhausted: () => permit.finished({ outcome: 'success', resultType: 'stream' }),
    left: () => permit.finished({ outcome: 'partial', resultType: 'stream' }),
    failed: (error) => permit.finished(errorResult(error)),
  };
}
