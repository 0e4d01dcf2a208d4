import { isJsonObject } from '../../sdk/vocabulary.js';
import { UNSUPPORTED_VERSION } from './error-codes.js';

/** Revisions that open a session with `initialize`. */
export const LEGACY_VERSIONS: readonly string[] = ['2024-11-05', '2025-03-26', '2025-06-18', '2025-11-25'];
export const NEWEST_LEGACY = '2025-11-25';

/** The first revision in which every request speaks for itself. */
export const FIRST_MODERN = '2026-07-28';

/** What a request of the newer protocol says in its `_meta`. */
export const VERSION_KEY = 'io.modelcontextprotocol/protocolVersion';
export const CAPABILITIES_KEY = 'io.modelcontextprotocol/clientCapabilities';
export const CLIENT_KEY = 'io.modelcontextprotocol/clientInfo';
export const LOG_LEVEL_KEY = 'io.modelcontextprotocol/logLevel';
export const SUBSCRIPTION_KEY = 'io.modelcontextprotocol/subscriptionId';
/** What a result of the newer protocol says there. */
export const SERVER_KEY = 'io.modelcontextprotocol/serverInfo';

/** The question that every server of the newer protocol answers with its revisions. */
export function askRevisions(id: string): string {
  const meta = { [VERSION_KEY]: FIRST_MODERN, [CAPABILITIES_KEY]: {} };
  return `{"jsonrpc":"2.0","id":${id},"method":"server/discover","params":${JSON.stringify({ _meta: meta })}}`;
}

/** What the answer names, also when it is the error of a server that speaks none of ours; undefined when it names nothing. */
export function revisionsIn(answer: Buffer): readonly string[] | undefined {
  const message: unknown = JSON.parse(answer.toString('utf8'));
  if (!isJsonObject(message)) return undefined;
  const { result, error } = message;
  const data = isJsonObject(error) && isJsonObject(error['data']) ? error['data']['supported'] : undefined;
  const named = isJsonObject(result) ? result['supportedVersions'] : data;
  return Array.isArray(named) ? named.filter((each) => typeof each === 'string') : undefined;
}

/** The answer to a request of a revision that the server does not speak. @param id as its bytes */
export function unsupportedRevision(id: string, requested: string, supported: readonly string[]): string {
  const message = `Unsupported protocol version: ${requested}`;
  const error = { code: UNSUPPORTED_VERSION, message, data: { supported, requested } };
  return `{"jsonrpc":"2.0","id":${id},"error":${JSON.stringify(error)}}`;
}
