import { clean } from '../../sdk/logger.js';
import { isJsonObject, type JsonObject } from '../../sdk/vocabulary.js';
import { CAPABILITIES_KEY, CLIENT_KEY } from './revisions.js';

/** What a client says it can do, as far as it matters to a call that waits. */
export interface ClientTraits {
  /** It can put a form before a person. */
  readonly asksUser: boolean;
  /** It can poll for a result under a task handle (2026-07-28 extension). */
  readonly pollsTasks: boolean;
  /** What it calls itself, `name/version`; its own word. */
  readonly name: string | undefined;
}

const MAX_NAME = 200;
const TASKS_EXTENSION = 'io.modelcontextprotocol/tasks';
/** A client may say so itself; a program without anybody in front of it has no answer worth asking for. */
const HEADLESS = 'ai.thoth/headless';

/** From the params of `initialize`. Such a client asks for a task with the call itself. */
export function traitsOfConnection(params: JsonObject | undefined): ClientTraits {
  const clientInfo = params?.['clientInfo'];
  return {
    asksUser: asksUser(params?.['capabilities'], clientInfo),
    pollsTasks: false,
    name: nameOf(clientInfo),
  };
}

/** From the `_meta` that every request of the newer protocol carries. */
export function traitsOfRequest(meta: JsonObject): ClientTraits {
  const capabilities = meta[CAPABILITIES_KEY];
  const extensions = isJsonObject(capabilities) ? capabilities['extensions'] : undefined;
  const clientInfo = meta[CLIENT_KEY];
  return {
    asksUser: asksUser(capabilities, clientInfo),
    pollsTasks: isJsonObject(extensions) && isJsonObject(extensions[TASKS_EXTENSION]),
    name: nameOf(clientInfo),
  };
}

/** What a server may still expect of a client that will poll our task instead of talking to it. */
export function capabilitiesBehindTask(capabilities: unknown): JsonObject {
  if (!isJsonObject(capabilities)) return {};
  const { elicitation: _asks, sampling: _samples, roots: _lists, extensions, ...rest } = capabilities;
  if (!isJsonObject(extensions)) return rest;
  const { [TASKS_EXTENSION]: _tasks, ...others } = extensions;
  return { ...rest, extensions: others };
}

function nameOf(clientInfo: unknown): string | undefined {
  if (!isJsonObject(clientInfo) || typeof clientInfo['name'] !== 'string') return undefined;
  const { name, version } = clientInfo;
  const text = clean(typeof version === 'string' ? `${name}/${version}` : name).trim();
  return text === '' ? undefined : text.slice(0, MAX_NAME);
}

function asksUser(capabilities: unknown, clientInfo: unknown): boolean {
  if (!isJsonObject(capabilities)) return false;
  const { elicitation, experimental } = capabilities;
  if (!isJsonObject(elicitation)) return false;
  // An empty declaration means forms; only one that names URLs alone does not.
  if (elicitation['url'] !== undefined && elicitation['form'] === undefined) return false;
  if (isJsonObject(experimental) && experimental[HEADLESS] !== undefined) return false;
  const names = isJsonObject(clientInfo) ? [clientInfo['name'], clientInfo['title']] : [];
  return !names.some((name) => typeof name === 'string' && /\bheadless\b/i.test(name));
}
