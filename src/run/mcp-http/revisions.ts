import { isJsonObject } from '../../sdk/vocabulary.js';
import { CLIENT_CAPABILITIES_KEY, FIRST_MODERN, PROTOCOL_VERSION_KEY } from './envelope.js';

const UNSUPPORTED_VERSION = -32022;

/** The question that every server of the newer protocol answers with its revisions. */
export function askRevisions(id: string): string {
  const meta = { [PROTOCOL_VERSION_KEY]: FIRST_MODERN, [CLIENT_CAPABILITIES_KEY]: {} };
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
