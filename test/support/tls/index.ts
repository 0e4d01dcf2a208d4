import { join } from 'node:path';

/** A self-signed certificate for localhost and 127.0.0.1, for tests only; valid for a hundred years. */
export const LOCALHOST_CERT = join(import.meta.dirname, 'localhost.cert.pem');
export const LOCALHOST_KEY = join(import.meta.dirname, 'localhost.key.pem');
