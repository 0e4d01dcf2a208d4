import type { IncomingMessage } from 'node:http';
import type { ClientMessage } from '../mcp/client-message.js';
import type { RunningCall } from '../mcp/running-call.js';
import type { ClientReply, Reply } from './client-reply.js';
import type { Envelope } from './envelope.js';
import type { HeaderValues } from './forwarded-headers.js';

/** A message that a client has sent, and where its answer goes. */
export interface Incoming {
  readonly request: IncomingMessage;
  readonly reply: Reply;
  readonly message: Exclude<ClientMessage, { kind: 'refused' }>;
  readonly envelope: Envelope;
  readonly bytes: Buffer;
}

/** The request whose answer is awaited. */
export interface Asked {
  /** Key of its id; undefined for anything but a request. */
  readonly key: string | undefined;
  /** The call it is, when it is one. */
  readonly running: RunningCall | undefined;
  /** What to say when no answer can be passed on. */
  readonly lost: (why: string) => string | undefined;
}

/** A message on its way to the server. */
export interface Outgoing extends Incoming {
  readonly asked: Asked;
  /** Headers that a changed message needs in place of the client's. */
  readonly added: HeaderValues;
  /** Told the session that its answer opens. */
  readonly opened?: ((session: string) => void) | undefined;
}

/** Why a message is not even looked at further. */
export interface Rejection {
  readonly status: number;
  readonly code: number;
  readonly message: string;
}

/** What stands behind the gateway: a remote server, or servers on stdio. */
export interface Backend {
  /** Said before a message is decided; a call that could not be sent on is not to be held. */
  reject(incoming: Incoming): Rejection | undefined;
  /** Sends a message on and sees to its answer. */
  send(outgoing: Outgoing): Promise<void>;
  /** Takes a GET or DELETE. */
  take(method: 'GET' | 'DELETE', request: IncomingMessage, reply: ClientReply): Promise<void>;
  close(): Promise<void>;
}

/**
 * Ends a request to which no answer will come and tells its client so; as a result where it was a call, which every client
 * shows.
 */
export function answerLost(
  why: string,
  reply: Reply,
  { running, lost }: Asked,
  errorName = 'ServerGone',
): void {
  running?.ended({ outcome: 'error', errorName });
  const text = lost(why) ?? JSON.stringify({ error: `the MCP server ${why}` });
  reply.answer(text, running === undefined ? 502 : 200);
}
