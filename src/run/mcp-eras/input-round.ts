import { isJsonObject, type JsonObject } from '../../sdk/vocabulary.js';
import { rawAt, type ScannedMessage } from '../mcp/json-scan.js';

/** What a server may ask, and what a client must be able to do for it. */
export const NEEDS: Readonly<Record<string, string>> = {
  'elicitation/create': 'elicitation',
  'sampling/createMessage': 'sampling',
  'roots/list': 'roots',
};

/** A request to the client, as one message. */
export interface ClientRequest {
  readonly name: string;
  readonly key: string;
  readonly text: string;
}

/** What a server of the newer protocol wants to know before it goes on with a request, and the answers so far. */
export class InputRound {
  readonly #answers = new Map<string, string>();

  private constructor(
    readonly requests: readonly ClientRequest[],
    /** As the server wrote it; it comes back untouched. */
    private readonly state: string | undefined,
  ) {}

  /** In words what is wrong with it when the client cannot be asked. */
  static read(
    line: Buffer,
    scanned: ScannedMessage,
    capabilities: JsonObject,
    ownId: () => string,
  ): InputRound | string {
    const state = rawAt(line, scanned, 'result.requestState');
    const asked: unknown = JSON.parse(rawAt(line, scanned, 'result.inputRequests') ?? '{}');
    if (!isJsonObject(asked) || (state === undefined && Object.keys(asked).length === 0)) {
      return 'asks for something that cannot be read';
    }
    const requests: ClientRequest[] = [];
    for (const [name, request] of Object.entries(asked)) {
      const raw = rawAt(line, scanned, `result.inputRequests.${name}`);
      const method = isJsonObject(request) ? request['method'] : undefined;
      const need = typeof method === 'string' && Object.hasOwn(NEEDS, method) ? NEEDS[method] : undefined;
      const members = isJsonObject(request) ? Object.keys(request) : [];
      if (
        raw === undefined ||
        need === undefined ||
        members.some((each) => !/^(?:method|params)$/.test(each))
      ) {
        return 'asks for something that no client of its revision can answer';
      }
      if (!isJsonObject(capabilities[need]))
        return `asks for ${String(method)}, which the client does not offer`;
      const id = ownId();
      requests.push({
        name,
        key: `s:${JSON.parse(id)}`,
        text: `{"jsonrpc":"2.0","id":${id},${raw.slice(1)}`,
      });
    }
    return new InputRound(requests, state);
  }

  /** The answer to one of its requests is awaited. */
  has(key: string): boolean {
    return this.requests.some((request) => request.key === key) && !this.#answers.has(key);
  }

  answer(key: string, result: string): void {
    this.#answers.set(key, result);
  }

  get complete(): boolean {
    return this.#answers.size === this.requests.length;
  }

  /** Members of the params with which the request is made again. */
  get members(): string {
    const answers = this.requests.map(
      ({ name, key }) => `${JSON.stringify(name)}:${this.#answers.get(key) ?? 'null'}`,
    );
    return [
      `"inputResponses":{${answers.join()}}`,
      ...(this.state === undefined ? [] : [`"requestState":${this.state}`]),
    ].join();
  }
}
