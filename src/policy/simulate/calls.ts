import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import * as z from 'zod/mini';
import { errorCode, jsonFault, ThothctlError, usageError } from '../../errors/index.js';
import type { PolicyApi } from '../remote.js';

const standing = z.object({
  decision: z.string(),
  decision_reason_code: z.string(),
  matched_rule_ids: z.array(z.string()),
});

const recordedCall = z.object({
  chain_index: z.number(),
  occurred_at: z.string(),
  agent_id: z.string(),
  tool_name: z.string(),
  decision: z.string(),
  decision_reason_code: z.string(),
  matched_rule_ids: z.array(z.string()),
  in_scope: z.nullable(z.boolean()),
  input: z.nullable(z.record(z.string(), z.unknown())),
  standing: z.nullable(standing),
});

/** A decided call as the control plane gives it, and as a line of an exported file. */
export type RecordedCall = Omit<z.infer<typeof recordedCall>, 'matched_rule_ids' | 'standing' | 'input'> & {
  readonly matched_rule_ids: readonly string[];
  readonly input: Readonly<Record<string, unknown>> | null;
  readonly standing: {
    readonly decision: string;
    readonly decision_reason_code: string;
    readonly matched_rule_ids: readonly string[];
  } | null;
};

const PAGE = 1000;

/** Every decided call of the tenant since an instant, oldest first. */
export async function* tenantCalls(
  api: PolicyApi,
  since: string | undefined,
  signal: AbortSignal | undefined,
): AsyncGenerator<RecordedCall> {
  for (let after: number | null = 0; after !== null;) {
    const page: { data: readonly RecordedCall[]; next_sequence: number | null } = await api.call(
      'listRecordedCalls',
      { query: { from_sequence: after, limit: PAGE, ...(since !== undefined && { from: since }) } },
      { signal },
    );
    yield* page.data;
    // A server that names a place it already gave would keep us here for ever.
    after = page.next_sequence !== null && page.next_sequence > after ? page.next_sequence : null;
  }
}

/**
 * Calls of a file that `--save` wrote: one JSON object per line.
 * @throws ThothctlError `usage` with the line when it cannot be read.
 */
export async function* savedCalls(path: string): AsyncGenerator<RecordedCall> {
  let line = 0;
  try {
    for await (const text of createInterface({ input: createReadStream(path), crlfDelay: Infinity })) {
      line += 1;
      if (text.trim() === '') continue;
      const read = recordedCall.safeParse(parsed(text, `${path}:${line}`));
      if (!read.success)
        throw usageError(
          `${path}:${line} is not a recorded call: ${read.error.issues[0]?.path.join('.') || 'it'} is missing or of the wrong kind`,
          'give a file written by `thothctl policy simulate DIR --save FILE`',
        );
      yield read.data;
    }
  } catch (cause) {
    if (cause instanceof ThothctlError) throw cause;
    const reason = errorCode(cause) ?? 'unknown error';
    throw usageError(`${path} cannot be read: ${reason}`, 'give an existing file');
  }
}

function parsed(text: string, place: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw usageError(
      `${place}:${jsonFault(text).column} is not JSON`,
      'repair the line, or export the calls again',
    );
  }
}
