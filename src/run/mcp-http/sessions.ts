import { createHash } from 'node:crypto';
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { ClientTraits } from '../mcp/client-traits.js';

const MAX_SESSIONS = 10_000;

/** What clients said of themselves when they opened a session, which only the server names. */
export class Sessions {
  readonly #clients = new Map<string, ClientTraits>();

  opened(session: string, client: ClientTraits): void {
    this.#clients.set(session, client);
    if (this.#clients.size <= MAX_SESSIONS) return;
    const oldest = this.#clients.keys().next();
    if (oldest.done !== true) this.#clients.delete(oldest.value);
  }

  clientOf(request: IncomingMessage): ClientTraits | undefined {
    const session = sessionOf(request);
    return session === undefined ? undefined : this.#clients.get(session);
  }

  ended(session: string): void {
    this.#clients.delete(session);
  }
}

export function sessionOf({ headers }: { readonly headers: IncomingHttpHeaders }): string | undefined {
  const session = headers['mcp-session-id'];
  return typeof session === 'string' ? session : undefined;
}

/** Whoever presents the same credential in the same session; a digest, since it is kept. */
export function principalOf({ headers }: IncomingMessage): string {
  const shown = [headers.authorization ?? '', headers.cookie ?? '', sessionOf({ headers }) ?? ''];
  return createHash('sha256').update(JSON.stringify(shown)).digest('base64url');
}
