import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { message, messageEvents, readMessages } from './anthropic.js';
import { completion, completionChunks, readChat } from './chat.js';
import {
  isJson,
  nextReply,
  type Json,
  type ModelRequest,
  type ScriptedCall,
  type ToolResult,
} from './conversation.js';
import { readResponses, response, responseEvents } from './responses.js';

/**
 * A model that says what a test scripts, over the real wire formats: Anthropic messages, OpenAI chat completions
 * and responses, whole or streamed.
 */
export class ModelServer {
  readonly requests: ModelRequest[] = [];
  turns: readonly (readonly ScriptedCall[])[] = [];
  readonly #server: Server;

  private constructor() {
    this.#server = createServer((request, reply) => void this.#serve(request, reply));
  }

  static async start(): Promise<ModelServer> {
    const model = new ModelServer();
    await new Promise<void>((resolve) => model.#server.listen(0, '127.0.0.1', resolve));
    return model;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Tool results as the last request that had any gave them to the model. */
  get results(): readonly ToolResult[] {
    return this.requests.findLast(({ results }) => results.length > 0)?.results ?? [];
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #serve(request: IncomingMessage, reply: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const path = (request.url ?? '').replace(/\?.*$/u, '');
    const text = Buffer.concat(chunks).toString('utf8');
    const parsed: unknown = text === '' ? {} : JSON.parse(text);
    const body: Json = isJson(parsed) ? parsed : {};
    if (path.endsWith('/count_tokens')) return sendJson(reply, { input_tokens: 10 });
    if (path.endsWith('/messages')) {
      const [asked, next] = this.#next(readMessages(path, body));
      return asked.stream ? sendEvents(reply, messageEvents(next)) : sendJson(reply, message(next));
    }
    if (path.endsWith('/chat/completions')) {
      const [asked, next] = this.#next(readChat(path, body));
      if (!asked.stream) return sendJson(reply, completion(next));
      return sendEvents(reply, untyped(completionChunks(next)), 'data: [DONE]\n\n');
    }
    if (path.endsWith('/responses')) {
      const [asked, next] = this.#next(readResponses(path, body));
      return asked.stream ? sendEvents(reply, responseEvents(next)) : sendJson(reply, response(next));
    }
    reply.writeHead(404, { 'content-type': 'application/json' }).end('{"error":{"message":"unknown path"}}');
  }

  #next(request: ModelRequest): [ModelRequest, ReturnType<typeof nextReply>] {
    this.requests.push(request);
    return [request, nextReply(this.turns, request)];
  }
}

function sendJson(reply: ServerResponse, body: Json): void {
  reply.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

function sendEvents(
  reply: ServerResponse,
  events: Iterable<[event: string | undefined, data: Json]>,
  last = '',
): void {
  reply.writeHead(200, { 'content-type': 'text/event-stream' });
  for (const [event, data] of events) {
    reply.write(`${event === undefined ? '' : `event: ${event}\n`}data: ${JSON.stringify(data)}\n\n`);
  }
  reply.end(last);
}

function* untyped(events: Iterable<Json>): Iterable<[undefined, Json]> {
  for (const data of events) yield [undefined, data];
}
