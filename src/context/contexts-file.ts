import { ThothctlError, usageError } from '../errors/index.js';
import { readTextFile, replacePrivateFile } from './private-file.js';

/** Where the credential of a context is; never the credential itself. */
export interface CredentialRef {
  readonly kind: 'bearer' | 'api_key';
  readonly store: 'keyring' | 'file' | 'env';
  /** Keyring account, absolute file path, or variable name. */
  readonly ref: string;
  /** RFC 3339; null when it does not expire or nobody knows. */
  readonly expires_at: string | null;
}

export interface Context {
  readonly tenant_id: string;
  readonly govapi_url?: string;
  readonly apex_domain?: string;
  readonly enforce_url?: string;
  readonly credential?: CredentialRef;
}

export interface Contexts {
  readonly current: string | null;
  readonly contexts: Readonly<Record<string, Context>>;
}

const VERSION = 1;
const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

export function checkContextName(name: string): void {
  if (!NAME.test(name)) {
    throw usageError(
      `${JSON.stringify(name)} cannot name a context.`,
      'Use up to 64 letters, digits, dots, dashes and underscores, beginning with a letter or digit.',
    );
  }
}

/** @throws ThothctlError `contexts_unreadable` for a file that is damaged or of a newer thothctl. */
export async function readContexts(path: string): Promise<Contexts> {
  const text = await readTextFile(path);
  if (text === undefined) return { current: null, contexts: {} };
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw damaged(path, 'it is not JSON', cause);
  }
  const root = asObject(value);
  if (root === undefined) throw damaged(path, 'it does not hold an object');
  if (typeof root['version'] === 'number' && root['version'] > VERSION) {
    throw new ThothctlError({
      code: 'contexts_unreadable',
      message: `${path} was written by a newer thothctl.`,
      exit: 'usage',
      fix: 'Upgrade thothctl, or set THOTHCTL_CONFIG_DIR to another folder.',
    });
  }
  const entries = Object.entries(asObject(root['contexts']) ?? {}).map(([name, entry]) => {
    const context = NAME.test(name) ? narrowContext(entry) : undefined;
    if (context === undefined) throw damaged(path, `context ${JSON.stringify(name)} is not valid`);
    return [name, context] as const;
  });
  const contexts = Object.fromEntries(entries);
  const current = optionalText(root['current']);
  return { current: current !== undefined && Object.hasOwn(contexts, current) ? current : null, contexts };
}

export function writeContexts(path: string, { current, contexts }: Contexts): Promise<void> {
  return replacePrivateFile(path, `${JSON.stringify({ version: VERSION, current, contexts }, null, 2)}\n`);
}

function narrowContext(value: unknown): Context | undefined {
  const entry = asObject(value);
  const tenantId = optionalText(entry?.['tenant_id']);
  if (entry === undefined || tenantId === undefined) return undefined;
  const credential = entry['credential'] === undefined ? undefined : narrowCredential(entry['credential']);
  if (entry['credential'] !== undefined && credential === undefined) return undefined;
  const govapiUrl = optionalText(entry['govapi_url']);
  const apexDomain = optionalText(entry['apex_domain']);
  const enforceUrl = optionalText(entry['enforce_url']);
  return {
    tenant_id: tenantId,
    ...(govapiUrl === undefined ? {} : { govapi_url: govapiUrl }),
    ...(apexDomain === undefined ? {} : { apex_domain: apexDomain }),
    ...(enforceUrl === undefined ? {} : { enforce_url: enforceUrl }),
    ...(credential === undefined ? {} : { credential }),
  };
}

function narrowCredential(value: unknown): CredentialRef | undefined {
  const entry = asObject(value) ?? {};
  const { kind, store } = entry;
  const ref = optionalText(entry['ref']);
  if (kind !== 'bearer' && kind !== 'api_key') return undefined;
  if (store !== 'keyring' && store !== 'file' && store !== 'env') return undefined;
  return ref === undefined
    ? undefined
    : { kind, store, ref, expires_at: optionalText(entry['expires_at']) ?? null };
}

function asObject(value: unknown): Readonly<Record<string, unknown>> | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value))
    : undefined;
}

function optionalText(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function damaged(path: string, why: string, cause?: unknown): ThothctlError {
  return new ThothctlError({
    code: 'contexts_unreadable',
    message: `The contexts file ${path} cannot be used: ${why}.`,
    exit: 'usage',
    fix: 'Repair it, or move it away and sign in again.',
    cause,
  });
}
