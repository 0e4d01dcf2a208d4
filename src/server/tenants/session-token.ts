import { createHmac, randomBytes } from 'node:crypto';

export interface SessionClaims {
  readonly tenantId: string;
  readonly sessionId: string;
  readonly name: string;
  readonly issuedAt: number;
  readonly expiresAt: number | null;
}

/**
 * A JWT as the vendor's clients expect it: `org_id`, an admin `role`, and `exp` unless the session has no end. The
 * server itself knows its tokens by their hash, so that a revoked one is dead at once; the signature keeps the claims
 * honest for whoever reads them. Never starts with `thoth_`, by which clients recognise API keys.
 */
export function sessionToken(claims: SessionClaims, secret: string): string {
  const header = encode({ alg: 'HS256', typ: 'JWT' });
  const payload = encode({
    iss: 'thothctl-server',
    sub: claims.name,
    org_id: claims.tenantId,
    role: 'admin',
    jti: claims.sessionId,
    // Two tokens of the same second must differ.
    nonce: randomBytes(16).toString('base64url'),
    iat: Math.floor(claims.issuedAt / 1000),
    ...(claims.expiresAt === null ? {} : { exp: Math.floor(claims.expiresAt / 1000) }),
  });
  const signature = createHmac('sha256', secret).update(`${header}.${payload}`).digest('base64url');
  return `${header}.${payload}.${signature}`;
}

function encode(part: object): string {
  return Buffer.from(JSON.stringify(part)).toString('base64url');
}
