import { isJsonObject, type JsonObject } from '../../sdk/vocabulary.js';
import { idKey } from '../mcp/client-message.js';
import { rawAt, type ScannedMessage } from '../mcp/json-scan.js';
import { SUBSCRIPTION_KEY } from '../mcp/revisions.js';
import { withMeta } from '../mcp/members.js';

/** What a `subscriptions/listen` may ask for, and what a server tells then. */
const TOLD_BY: Readonly<Record<string, string>> = {
  'notifications/tools/list_changed': 'toolsListChanged',
  'notifications/prompts/list_changed': 'promptsListChanged',
  'notifications/resources/list_changed': 'resourcesListChanged',
};

interface Listener {
  readonly id: string;
  readonly wanted: ReadonlySet<string>;
  readonly uris: readonly string[];
}

/** The open `subscriptions/listen` of a client whose server tells what changed without being asked. */
export class Listeners {
  readonly #open = new Map<string, Listener>();

  /** Opens one; the message that says so to the client. @param id as its bytes */
  open(id: string, params: JsonObject): string {
    const asked = isJsonObject(params['notifications']) ? params['notifications'] : {};
    const wanted = Object.values(TOLD_BY).filter((name) => asked[name] === true);
    const named = asked['resourceSubscriptions'];
    const uris = Array.isArray(named) ? named.filter((uri) => typeof uri === 'string') : [];
    this.#open.set(idKey(id), { id, wanted: new Set(wanted), uris });
    const notifications = {
      ...Object.fromEntries(wanted.map((name) => [name, true])),
      ...(uris.length > 0 && { resourceSubscriptions: uris }),
    };
    return `{"jsonrpc":"2.0","method":"notifications/subscriptions/acknowledged","params":{"_meta":{"${SUBSCRIPTION_KEY}":${id}},"notifications":${JSON.stringify(notifications)}}}`;
  }

  has(key: string): boolean {
    return this.#open.has(key);
  }

  close(key: string): void {
    this.#open.delete(key);
  }

  /** Resources that somebody wants to hear of. */
  get uris(): ReadonlySet<string> {
    return new Set([...this.#open.values()].flatMap(({ uris }) => uris));
  }

  /** A notification as each of them gets it; undefined when it is none that is listened for. */
  copies(method: string, line: Buffer, scanned: ScannedMessage): Buffer[] | undefined {
    const wish = Object.hasOwn(TOLD_BY, method) ? TOLD_BY[method] : undefined;
    const updated = method === 'notifications/resources/updated';
    if (wish === undefined && !updated) return undefined;
    const uri: unknown = JSON.parse(rawAt(line, scanned, 'params.uri') ?? 'null');
    return [...this.#open.values()]
      .filter(({ wanted, uris }) => (updated ? uris.some((each) => each === uri) : wanted.has(wish ?? '')))
      .map(({ id }) => withMeta(line, scanned, `"${SUBSCRIPTION_KEY}":${id}`));
  }
}
