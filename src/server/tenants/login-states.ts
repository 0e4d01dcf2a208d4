import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

/**
 * The state of an open sign-in: tenant, expiry and who asked, signed by the server, so that nothing has to be stored
 * for a sign-in nobody finishes.
 */
export function signLoginState(tenantId: string, expiresAt: number, secret: string): string {
  const payload = Buffer.from(
    JSON.stringify({ t: tenantId, e: expiresAt, n: randomBytes(9).toString('base64url') }),
  ).toString('base64url');
  return `${payload}.${signature(payload, secret)}`;
}

/** True when this server signed the state for this tenant and it has not expired. */
export function isLoginState(state: string, tenantId: string, now: number, secret: string): boolean {
  const [payload, signed, ...rest] = state.split('.');
  if (payload === undefined || signed === undefined || rest.length > 0) return false;
  const expected = Buffer.from(signature(payload, secret));
  const given = Buffer.from(signed);
  if (expected.length !== given.length || !timingSafeEqual(expected, given)) return false;
  const parsed: unknown = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8'));
  return (
    typeof parsed === 'object' &&
    parsed !== null &&
    't' in parsed &&
    parsed.t === tenantId &&
    'e' in parsed &&
    typeof parsed.e === 'number' &&
    parsed.e > now
  );
}

function signature(payload: string, secret: string): string {
  return createHmac('sha256', secret).update(`login-state:${payload}`).digest('base64url');
}
