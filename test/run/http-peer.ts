import type { Row } from '../server/enforce/data-plane.js';

const CLIENT = { capabilities: { elicitation: {} }, clientInfo: { name: 'peer', version: '1' } };

interface PeerOptions {
  readonly credential?: string | undefined;
  readonly accept: string;
  /** Undefined for a client that says in each request what it is. */
  readonly session: string | undefined;
}

/** A client on HTTP that says just what a test wants, as whom it wants. */
export class HttpPeer {
  static #ids = 0;

  private constructor(
    private readonly url: string,
    private readonly options: PeerOptions,
  ) {}

  /** Opens a session of the older protocol. */
  static async open(url: string, credential: string): Promise<HttpPeer> {
    const accept = 'application/json, text/event-stream';
    const stranger = new HttpPeer(url, { credential, accept, session: '' });
    const opened = await stranger.request('initialize', { protocolVersion: '2025-11-25', ...CLIENT });
    await opened.reply();
    const peer = stranger.with({ session: opened.headers.get('mcp-session-id') ?? '' });
    await peer.post({ method: 'notifications/initialized' });
    return peer;
  }

  static modern(url: string, credential: string): HttpPeer {
    const accept = 'application/json, text/event-stream';
    return new HttpPeer(url, { credential, accept, session: undefined });
  }

  /** The same connection used by somebody else, or in another way. */
  with(options: Partial<PeerOptions>): HttpPeer {
    return new HttpPeer(this.url, { ...this.options, ...options });
  }

  post(message: Row): Promise<Response> {
    const { session } = this.options;
    const headers = session === undefined ? modernHeaders(message) : { 'mcp-session-id': session };
    return this.#fetch('POST', headers, JSON.stringify({ jsonrpc: '2.0', ...message }));
  }

  async request(method: string, params: Row): Promise<Exchange> {
    const id = (HttpPeer.#ids += 1);
    return new Exchange(id, await this.post({ id, method, params }));
  }

  /** A call that asks to be told of its progress. */
  call(name: string, args: Row): Promise<Exchange> {
    return this.request('tools/call', { name, arguments: args, _meta: { progressToken: name } });
  }

  end(): Promise<Response> {
    return this.#fetch('DELETE', { 'mcp-session-id': this.options.session ?? '' });
  }

  #fetch(method: string, headers: Record<string, string>, body?: string): Promise<Response> {
    const { credential, accept } = this.options;
    return fetch(this.url, {
      method,
      headers: {
        accept,
        'content-type': 'application/json',
        ...(credential !== undefined && { authorization: `Bearer ${credential}` }),
        ...headers,
      },
      body: body ?? null,
    });
  }
}

/** What the newer protocol repeats of a message in headers. */
function modernHeaders({ method, params }: Row): Record<string, string> {
  const { name, taskId = name } = params as { readonly name?: string; readonly taskId?: string };
  const headers = { 'mcp-protocol-version': '2026-07-28', 'mcp-method': String(method) };
  return taskId === undefined ? headers : { ...headers, 'mcp-name': taskId };
}

/** One request and all that is said on its response. */
export class Exchange {
  readonly messages: Row[] = [];
  readonly headers: Headers;
  /** Settles when the response has ended, or broke off. */
  readonly over: Promise<void>;
  #told: (() => void)[] = [];

  constructor(
    private readonly id: number,
    response: Response,
  ) {
    this.headers = response.headers;
    this.over = this.#read(response).catch(() => undefined);
  }

  /** The first message that fits; waits for it. */
  async message(fits: (message: Row) => boolean): Promise<Row> {
    let open = true;
    const end = this.over.then(() => (open = false));
    for (;;) {
      const found = this.messages.find(fits);
      if (found !== undefined) return found;
      if (!open) throw new Error(`the response ended after ${JSON.stringify(this.messages)}`);
      await Promise.race([end, new Promise<void>((resolve) => this.#told.push(resolve))]);
    }
  }

  reply(): Promise<Row> {
    return this.message((message) => message['id'] === this.id && !('method' in message));
  }

  async #read(response: Response): Promise<void> {
    if (response.headers.get('content-type') === 'application/json') {
      this.#said(await response.text());
      return;
    }
    let text = '';
    const decoder = new TextDecoder();
    for await (const chunk of response.body ?? []) {
      text += decoder.decode(chunk as Uint8Array, { stream: true });
      const events = text.split('\n\n');
      text = events.pop() ?? '';
      for (const event of events) this.#said(/^data: ?(.*)$/m.exec(event)?.[1] ?? '');
    }
  }

  #said(data: string): void {
    if (data !== '') this.messages.push(JSON.parse(data) as Row);
    for (const tell of this.#told.splice(0)) tell();
  }
}
