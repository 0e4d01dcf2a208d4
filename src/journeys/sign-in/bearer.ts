import { ThothctlError } from '../../errors/index.js';
import type { Connection } from '../../context/index.js';

/** The admin token in use, for scripts. @throws ThothctlError `no_bearer` when the credential is an API key. */
export function bearerOf(connection: Connection): {
  readonly token: string;
  readonly expires_at: string | null;
} {
  const { credential } = connection;
  if (credential?.kind === 'bearer') return { token: credential.secret, expires_at: credential.expiresAt };
  throw new ThothctlError({
    code: 'no_bearer',
    message: 'the credential in use is an API key, not an admin token',
    exit: 'unauthenticated',
    fix: 'sign in with `thothctl auth login`',
  });
}
