import type { Permit } from '../../sdk/call.js';
import type { ClientTraits } from './client-traits.js';

/** The way of one call: how its client is told of it, and how it reaches its server. Messages come without framing. */
export interface CallRoute {
  /** In words why the server can no longer be reached: `exited with code 1`. */
  serverGone(): string | undefined;
  /** Gives the client the one answer to the call. */
  answer(message: string): void;
  /** Tells the client that the call still waits; may be left out when the client does not read. */
  tell(message: string): void;
  /** Hands the call to the server, changed if the decision says so. */
  forward(message: Buffer, permit: Permit): void;
  /** What the client said of itself when it connected; absent where nobody looked. */
  readonly client?: ClientTraits | undefined;
  /** Who is at the other end, where several clients share a run: a state or a task works for its owner only. */
  readonly principal?: string | undefined;
  /** Sends the client a request or notification of our own; absent where none can reach it. */
  ask?(message: string): void;
  /**
   * Hands the call to the server, whose reply comes here instead of to the client. Returns what cancels it. Absent where
   * replies cannot be kept from the client.
   */
  collect?(message: Buffer, permit: Permit, deliver: (reply: string) => void): () => void;
}
