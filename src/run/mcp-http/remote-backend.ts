import type { IncomingMessage } from 'node:http';
import { answerLost, type Asked, type Backend, type Outgoing } from './backend.js';
import type { ClientReply, Reply } from './client-reply.js';
import { passOn } from './pass-on.js';
import type { ServerMessages } from './server-messages.js';
import { sessionOf } from './sessions.js';
import type { Upstream, UpstreamResponse } from './upstream.js';

/** A remote server: sessions, resumption and versions are between it and its clients. */
export class RemoteBackend implements Backend {
  constructor(
    private readonly upstream: Upstream,
    private readonly messages: ServerMessages,
  ) {}

  reject(): undefined {
    return undefined;
  }

  send({ request, reply, asked, opened, ...post }: Outgoing): Promise<void> {
    return this.#exchange('POST', request, reply, asked, post, opened);
  }

  take(method: 'GET' | 'DELETE', request: IncomingMessage, reply: ClientReply): Promise<void> {
    return this.#exchange(method, request, reply, NOT_ASKED);
  }

  close(): Promise<void> {
    return this.upstream.close();
  }

  /** One exchange with the server, from the client's request to the end of the response. */
  async #exchange(
    method: 'GET' | 'POST' | 'DELETE',
    { headers }: IncomingMessage,
    reply: Reply,
    asked: Asked,
    post?: Pick<Outgoing, 'bytes' | 'added'>,
    opened?: Outgoing['opened'],
  ): Promise<void> {
    const abort = new AbortController();
    // In the newer protocol this is how a client cancels.
    reply.onGone(() => abort.abort());
    let response: UpstreamResponse;
    try {
      response = await this.upstream.send(method, headers, abort.signal, post?.bytes, post?.added);
    } catch (error) {
      answerLost(this.upstream.unreached(error), reply, asked);
      return;
    }
    const session = sessionOf(response);
    if (session !== undefined) opened?.(session);
    await passOn(response, reply, this.messages, asked);
  }
}

const NOT_ASKED: Asked = { key: undefined, running: undefined, lost: () => undefined };
