import { isJsonObject, type JsonObject } from '../../sdk/vocabulary.js';
import { CAPABILITIES_KEY, FIRST_MODERN, VERSION_KEY } from '../mcp/revisions.js';

/** The member of `params` that the header `Mcp-Name` repeats. */
const NAMED_BY: Readonly<Record<string, string>> = {
  'tools/call': 'name',
  'prompts/get': 'name',
  'resources/read': 'uri',
  'tasks/get': 'taskId',
  'tasks/update': 'taskId',
  'tasks/cancel': 'taskId',
};

/** What a message says that headers repeat. */
export interface Envelope {
  readonly method: string | undefined;
  readonly isRequest: boolean;
  /** Revision the message names in its `_meta`. */
  readonly version: string | undefined;
  /** The message says what its client can do, as every one of the newer protocol must. */
  readonly namesCapabilities: boolean;
  /** What `Mcp-Name` must say. */
  readonly name: string | undefined;
  readonly args: JsonObject | undefined;
}

/** Reads one message; the body is known to be JSON. */
export function envelopeOf(body: Buffer): Envelope {
  const message: unknown = JSON.parse(body.toString('utf8'));
  const { method, id, params } = isJsonObject(message) ? message : {};
  const known = isJsonObject(params) ? params : {};
  const meta = isJsonObject(known['_meta']) ? known['_meta'] : {};
  const source = typeof method === 'string' && Object.hasOwn(NAMED_BY, method) ? NAMED_BY[method] : undefined;
  const name = source === undefined ? undefined : known[source];
  const version = meta[VERSION_KEY];
  return {
    method: typeof method === 'string' ? method : undefined,
    isRequest: typeof method === 'string' && id !== undefined,
    version: typeof version === 'string' ? version : undefined,
    namesCapabilities: isJsonObject(meta[CAPABILITIES_KEY]),
    name: typeof name === 'string' ? name : undefined,
    args: isJsonObject(known['arguments']) ? known['arguments'] : undefined,
  };
}

/** Revisions are dates; their texts compare as the dates do. */
export function isModern(version: string | undefined): boolean {
  return version !== undefined && /^\d{4}-\d{2}-\d{2}$/.test(version) && version >= FIRST_MODERN;
}

/** The first message of a session; in the newer protocol, which has none, it is a request like any other. */
export function opensSession({ method, version }: Envelope): boolean {
  return method === 'initialize' && !isModern(version);
}
