import { canonicalize } from './canonical.js';
import type { Signer } from './signature.js';
import type { ChainPosition, SignedHead } from './types.js';

/** The text a head's signature is made over. */
export function headText(head: Omit<SignedHead, 'signature' | 'version'>): string {
  return canonicalize({ ...head, signature: undefined });
}

/** Signs where a tenant's chain ends at `signedAt` (RFC 3339, UTC). */
export function signHead(
  tenantId: string,
  position: ChainPosition,
  signedAt: string,
  signer: Signer,
): SignedHead {
  const head = {
    type: 'thothctl.evidence.head' as const,
    version: 1 as const,
    tenant_id: tenantId,
    chain_index: position.chain_index,
    hash: position.hash,
    signed_at: signedAt,
    key_id: signer.keyId,
  };
  return { ...head, signature: signer.sign(headText(head)) };
}
