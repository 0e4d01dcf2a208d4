import { createHmac, randomBytes } from 'node:crypto';
import type { ServerContext } from '../../context.js';
import { commitChange, SERVER_ACTOR } from '../../tenants/recorded-change.js';
import { resourceStore } from '../../tenants/resources.js';

type Context = Pick<ServerContext, 'store' | 'clock' | 'streams' | 'newId' | 'tenants'>;

const KEY_ID = 'decision-metadata';

/**
 * Hides identities in exports: the same identity of a tenant always gives the same hash, and nobody without the
 * tenant's key can try out names. The key is made at the first export and never leaves the server.
 */
export async function identityHasher(
  context: Context,
  tenantId: string,
): Promise<(identity: string | undefined) => string | undefined> {
  const key = Buffer.from(await identityKey(context, tenantId), 'base64url');
  return (identity) =>
    identity === undefined || identity === ''
      ? undefined
      : `hmac-sha256:${createHmac('sha256', key).update(identity).digest('hex')}`;
}

async function identityKey(context: Context, tenantId: string): Promise<string> {
  const keys = resourceStore(context, { kind: 'identity-key', narrow: (document) => document });
  const known = (await keys.find(tenantId, KEY_ID))?.secrets['key'];
  if (known !== undefined) return known;
  return context.tenants.exclusively(tenantId, async () => {
    const made = (await keys.find(tenantId, KEY_ID))?.secrets['key'];
    if (made !== undefined) return made;
    const key = randomBytes(32).toString('base64url');
    const now = context.clock.now();
    await commitChange(context, {
      tenantId,
      action: 'identity_key.create',
      actor: SERVER_ACTOR,
      target: { type: 'identity_key', id: KEY_ID },
      statements: [
        keys.insert(tenantId, { id: KEY_ID, document: {}, secrets: { key }, createdAt: now, updatedAt: now }),
      ],
    });
    return key;
  });
}
