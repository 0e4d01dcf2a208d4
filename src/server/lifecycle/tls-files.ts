import { readFile } from 'node:fs/promises';
import { createSecureContext } from 'node:tls';
import { ThothctlError } from '../../errors/index.js';
import type { TlsMaterial } from '../http/listener.js';

/** Reads certificate and key, and refuses a pair that does not fit together before anything listens. */
export async function readTlsFiles(
  files: { readonly certFile: string; readonly keyFile: string } | undefined,
): Promise<TlsMaterial | undefined> {
  if (files === undefined) return undefined;
  const cert = await readPem(files.certFile, '--tls-cert');
  const key = await readPem(files.keyFile, '--tls-key');
  try {
    createSecureContext({ cert, key });
  } catch (cause) {
    throw new ThothctlError({
      code: 'tls_material_invalid',
      message: `${files.certFile} and ${files.keyFile} are not a PEM certificate and its private key`,
      exit: 'usage',
      fix: 'give --tls-cert the certificate chain and --tls-key its unencrypted key, both in PEM',
      cause,
    });
  }
  return { cert, key };
}

async function readPem(path: string, flag: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    throw new ThothctlError({
      code: 'tls_file_unreadable',
      message: `${flag} names ${path}, which cannot be read`,
      exit: 'usage',
      fix: 'check the path and its permissions',
      cause,
    });
  }
}
