import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { canonical } from '../../sdk/decision/receipt.js';
import type { ToolCallMessage } from './client-message.js';

const PREFIX = 'thoth1.';

/** True of a state that this proxy may have made; any other is the server's and travels on. */
export function isOwnState(state: string | undefined): state is string {
  return state?.startsWith(PREFIX) === true;
}

type Asked = Pick<ToolCallMessage, 'name' | 'args'>;

/**
 * What a client brings back when it repeats a call after asking its user. It passes through the client's hands, so it is
 * bound by a key of this run to the principal, the method, the name and arguments of the call, and an instant of expiry.
 * That it works once only is for the holder of the call to see to.
 */
export class RequestStates {
  readonly #key = randomBytes(32);

  /** @param principal on whose behalf the call is made, and over which connection */
  issue(id: string, principal: string, call: Asked, lifetimeMs: number): string {
    const expires = Math.ceil(Date.now() + lifetimeMs);
    return `${PREFIX}${id}.${expires}.${this.#tag(id, expires, principal, call)}`;
  }

  /** The id of the held call; undefined when anything differs or it is too late. */
  verify(state: string, principal: string, call: Asked): string | undefined {
    const [, id = '', expires = '', tag = ''] =
      /^thoth1\.([\w-]{1,64})\.(\d{1,15})\.([\w-]{43})$/.exec(state) ?? [];
    const expected = this.#tag(id, Number(expires), principal, call);
    // Both are digests of one length, unless the form was wrong.
    if (tag.length !== expected.length || !timingSafeEqual(Buffer.from(tag), Buffer.from(expected))) {
      return undefined;
    }
    return Number(expires) > Date.now() ? id : undefined;
  }

  #tag(id: string, expires: number, principal: string, { name, args }: Asked): string {
    const digest = createHash('sha256')
      .update(canonical([name, args ?? {}]))
      .digest('hex');
    const bound = JSON.stringify([id, expires, principal, 'tools/call', digest]);
    return createHmac('sha256', this.#key).update(bound).digest('base64url');
  }
}
