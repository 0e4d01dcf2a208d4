import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Env } from '../../context/paths.js';
import { signalGroupOf } from '../../run/child/process-group.js';
import { SDK_VERSION } from '../../sdk/version.js';
import { isJsonObject, type JsonObject } from '../../sdk/vocabulary.js';
import type { ClientId } from '../mcp-config/clients.js';
import type { Launch, ServerEntry } from '../mcp-config/document.js';
import type { Wrapped } from '../mcp-config/launch.js';
import { environmentOf } from './environment.js';
import { McpPeer, PeerEnded } from './peer.js';
import { endedVerdict, judge, notInitialisedVerdict, timeoutVerdict, type Verdict } from './verdict.js';
import { testimony, withWitness } from './witness.js';

/** No server has a tool of this beginning, and no scope names one. */
const CANARY = 'thoth_canary_';
const PROTOCOL = '2025-06-18';

export interface ProbeOptions {
  readonly client: ClientId | 'file';
  readonly env: Env;
  /** Where the client starts servers that name no folder; undefined for here. */
  readonly project: string | undefined;
  readonly timeoutSeconds: number;
  readonly signal: AbortSignal;
}

/** A verdict, and how many tools the server offers through the proxy, where it came that far. */
export type Probed = Verdict & { readonly tools?: number };

/**
 * Starts a wrapped server as its client would, makes a call that policy cannot allow, and says who stopped it. Everything
 * that was started has ended when it settles.
 */
export async function probe(
  entry: ServerEntry,
  launch: Launch,
  wrapped: Wrapped,
  options: ProbeOptions,
): Promise<Probed> {
  const folder = await mkdtemp(join(tmpdir(), 'thothctl-doctor-'));
  const report = join(folder, 'witness.ndjson');
  const canary = `${CANARY}${randomBytes(8).toString('hex')}`;
  const limit = AbortSignal.timeout(options.timeoutSeconds * 1000);
  const peer = new McpPeer(withWitness(launch, wrapped, report, canary), {
    // What is pinned here belongs to the witness, not to the server.
    env: { ...environmentOf(options.client, options.env, entry.env), THOTHCTL_STATE_DIR: folder },
    folder: options.project === undefined ? entry.folder : resolve(options.project, entry.folder ?? ''),
    signal: AbortSignal.any([options.signal, limit]),
  });
  const progress = { step: 'initialize' };
  try {
    const { answer, tools } = await converse(peer, canary, progress);
    const verdict = judge(answer, await testimony(report), wrapped);
    return { ...verdict, ...(tools !== undefined && { tools }) };
  } catch (cause) {
    options.signal.throwIfAborted();
    if (cause instanceof NotInitialised) return notInitialisedVerdict(await testimony(report), wrapped);
    if (cause instanceof PeerEnded) return endedVerdict(cause, await testimony(report), progress.step);
    if (limit.aborted) return timeoutVerdict(progress.step, options.timeoutSeconds);
    throw cause;
  } finally {
    await peer.stop();
    const { group } = await testimony(report);
    if (group !== undefined) signalGroupOf(group, 'SIGKILL');
    await rm(folder, { recursive: true, force: true });
  }
}

/** `initialize` was answered with an error, by the server or for one that is gone. */
class NotInitialised extends Error {
  override readonly name = 'NotInitialised';
}

interface Conversation {
  /** Undefined when the call is held. */
  readonly answer: JsonObject | undefined;
  readonly tools: number | undefined;
}

async function converse(peer: McpPeer, canary: string, progress: { step: string }): Promise<Conversation> {
  const clientInfo = { name: 'thothctl-doctor', version: SDK_VERSION };
  const hello = { protocolVersion: PROTOCOL, capabilities: {}, clientInfo };
  const { result } = await peer.request('initialize', hello);
  if (result === undefined) throw new NotInitialised();
  peer.notify('notifications/initialized');
  progress.step = 'tools/list';
  const tools = toolCount(await peer.request('tools/list'));
  progress.step = 'tools/call';
  const held = peer.progress().then(() => undefined);
  const call = peer.request('tools/call', {
    name: canary,
    arguments: {},
    _meta: { progressToken: canary },
  });
  const requestId = peer.lastId;
  const answer = await Promise.race([call, held]);
  if (answer === undefined) {
    call.catch(() => undefined);
    peer.notify('notifications/cancelled', { requestId, reason: 'only asked to see it held' });
  }
  // On the same way as the call: what the server was sent before this, the witness has seen.
  progress.step = 'ping';
  await peer.request('ping');
  return { answer, tools };
}

function toolCount({ result }: JsonObject): number | undefined {
  const tools = isJsonObject(result) ? result['tools'] : undefined;
  return Array.isArray(tools) ? tools.length : undefined;
}
