import { randomBytes } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join, resolve, sep } from 'node:path';
import { ThothctlError } from '../errors/index.js';
import type { CredentialRef } from './contexts-file.js';
import { readSecretFile, replacePrivateFile } from './private-file.js';
import { variable } from './paths.js';
import type { ContextPorts } from './ports.js';

export interface NewCredential {
  readonly kind: CredentialRef['kind'];
  readonly secret: string;
  readonly expiresAt: string | null;
  /** Write this file and nothing else. */
  readonly file?: string | undefined;
}

/** Keeps a credential: in the named file, else in the keyring, else in a file of mode 0600. The result says where. */
export async function storeCredential(
  ports: ContextPorts,
  context: string,
  credential: NewCredential,
): Promise<CredentialRef> {
  const { kind, secret, expiresAt: expires_at } = credential;
  if (credential.file !== undefined) {
    const ref = resolve(credential.file);
    await replacePrivateFile(ref, `${secret}\n`);
    return { kind, store: 'file', ref, expires_at };
  }
  // A fresh account per credential: contexts of the same name in two configuration folders stay apart.
  const account = `${context}-${randomBytes(6).toString('hex')}`;
  if (await ports.keyring.write(account, secret)) return { kind, store: 'keyring', ref: account, expires_at };
  const ref = join(ports.paths.credentialsDir, `${account}.secret`);
  await replacePrivateFile(ref, `${secret}\n`);
  return { kind, store: 'file', ref, expires_at };
}

/** Removes what `storeCredential` wrote. A file the user named, or a variable, is theirs and stays. */
export async function dropCredential(
  ports: ContextPorts,
  credential: CredentialRef,
): Promise<'removed' | 'kept'> {
  if (credential.store === 'keyring') {
    await ports.keyring.remove(credential.ref);
    return 'removed';
  }
  if (credential.store === 'env' || !isOurs(ports, credential.ref)) return 'kept';
  await rm(credential.ref, { force: true });
  return 'removed';
}

function isOurs(ports: ContextPorts, file: string): boolean {
  return resolve(file).startsWith(resolve(ports.paths.credentialsDir) + sep);
}

/** The secret behind a reference, with a warning about its place. @throws ThothctlError `credential_missing`. */
export async function readCredential(
  ports: ContextPorts,
  context: string,
  credential: CredentialRef,
): Promise<{ readonly secret: string; readonly warning: string | undefined }> {
  const found = await lookUp(ports, credential);
  if (found !== undefined) return found;
  throw new ThothctlError({
    code: 'credential_missing',
    message: `The credential of context ${context} is gone from ${placeOf(credential)}.`,
    exit: 'unauthenticated',
    fix: `Sign in again: thothctl auth login --context ${context}`,
  });
}

async function lookUp(ports: ContextPorts, credential: CredentialRef) {
  if (credential.store === 'file') return readSecretFile(credential.ref);
  const secret =
    credential.store === 'env'
      ? variable(ports.env, credential.ref)
      : await ports.keyring.read(credential.ref);
  return secret === undefined ? undefined : { secret, warning: undefined };
}

/** For people: where a credential is kept. */
export function placeOf(credential: CredentialRef): string {
  switch (credential.store) {
    case 'keyring':
      return 'the keyring of the operating system';
    case 'file':
      return `the file ${credential.ref}`;
    case 'env':
      return `the variable ${credential.ref}`;
  }
}
