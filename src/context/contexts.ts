import { ThothctlError } from '../errors/index.js';
import {
  checkContextName,
  readContexts,
  writeContexts,
  type Context,
  type Contexts,
  type CredentialRef,
} from './contexts-file.js';
import { dropCredential, storeCredential, type NewCredential } from './credential-store.js';
import type { ContextPorts } from './ports.js';

export interface NamedContext extends Context {
  readonly name: string;
  readonly current: boolean;
}

/** Members to change; null removes one. */
export interface ContextPatch {
  readonly tenant_id?: string;
  readonly govapi_url?: string | null;
  readonly apex_domain?: string | null;
  readonly enforce_url?: string | null;
  readonly credential?: CredentialRef | null;
}

/** Every context by name. */
export async function listContexts(ports: ContextPorts): Promise<NamedContext[]> {
  const saved = await readContexts(ports.paths.contextsFile);
  return Object.keys(saved.contexts)
    .sort()
    .map((name) => named(saved, name));
}

/** @throws ThothctlError `context_not_found`. */
export async function showContext(ports: ContextPorts, name?: string): Promise<NamedContext> {
  const saved = await readContexts(ports.paths.contextsFile);
  const wanted = name ?? saved.current;
  if (wanted === null) {
    throw new ThothctlError({
      code: 'context_not_found',
      message: 'No context is selected.',
      exit: 'notFound',
      fix: 'Choose one with `thothctl context use NAME`, or sign in with `thothctl auth login`.',
    });
  }
  return named(saved, wanted);
}

export async function useContext(ports: ContextPorts, name: string): Promise<NamedContext> {
  const saved = await readContexts(ports.paths.contextsFile);
  const next = { ...saved, current: named(saved, name).name };
  await writeContexts(ports.paths.contextsFile, next);
  return named(next, name);
}

/**
 * Creates or changes a context. Moving it to another tenant or address drops its credential: that one was made for
 * the old place and must not be sent to the new one.
 *
 * @param select `if-none` selects it only when nothing is selected.
 */
export async function setContext(
  ports: ContextPorts,
  name: string,
  patch: ContextPatch,
  select: 'always' | 'if-none' | 'never' = 'never',
): Promise<NamedContext> {
  checkContextName(name);
  const saved = await readContexts(ports.paths.contextsFile);
  const old = Object.hasOwn(saved.contexts, name) ? saved.contexts[name] : undefined;
  const context = merge(name, old, patch);
  const current =
    select === 'always' || (select === 'if-none' && saved.current === null) ? name : saved.current;
  const next = { current, contexts: { ...saved.contexts, [name]: context } };
  await writeContexts(ports.paths.contextsFile, next);
  if (old?.credential !== undefined && old.credential.ref !== context.credential?.ref) {
    await dropCredential(ports, old.credential);
  }
  return named(next, name);
}

/** Removes a context and the credential kept for it. */
export async function deleteContext(ports: ContextPorts, name: string): Promise<NamedContext> {
  const saved = await readContexts(ports.paths.contextsFile);
  const gone = named(saved, name);
  const contexts = Object.fromEntries(Object.entries(saved.contexts).filter(([other]) => other !== name));
  await writeContexts(ports.paths.contextsFile, { current: gone.current ? null : saved.current, contexts });
  if (gone.credential !== undefined) await dropCredential(ports, gone.credential);
  return gone;
}

/** Keeps a new credential for a context and makes the context fit it; what `auth login` does at its end. */
export async function saveSession(
  ports: ContextPorts,
  name: string,
  place: Omit<ContextPatch, 'credential'> & { readonly tenant_id: string },
  credential: NewCredential,
): Promise<NamedContext> {
  checkContextName(name);
  const reference = await storeCredential(ports, name, credential);
  return setContext(ports, name, { ...place, credential: reference }, 'always');
}

/** Forgets the credential of a context; the context stays. Returns where it was, undefined when there was none. */
export async function forgetSession(
  ports: ContextPorts,
  name: string,
): Promise<{ readonly credential: CredentialRef; readonly outcome: 'removed' | 'kept' } | undefined> {
  const { credential } = named(await readContexts(ports.paths.contextsFile), name);
  if (credential === undefined) return undefined;
  const outcome = await dropCredential(ports, credential);
  await setContext(ports, name, { credential: null });
  return { credential, outcome };
}

function named(saved: Contexts, name: string): NamedContext {
  const context = Object.hasOwn(saved.contexts, name) ? saved.contexts[name] : undefined;
  if (context !== undefined) return { name, current: saved.current === name, ...context };
  const known = Object.keys(saved.contexts).sort();
  throw new ThothctlError({
    code: 'context_not_found',
    message: `There is no context ${JSON.stringify(name)}.`,
    exit: 'notFound',
    fix:
      known.length === 0
        ? 'Sign in with `thothctl auth login`, or start a control plane with `thothctl server start`.'
        : `Known contexts: ${known.join(', ')}. \`thothctl context set ${name}\` makes another.`,
  });
}

function merge(name: string, old: Context | undefined, patch: ContextPatch): Context {
  const tenantId = patch.tenant_id ?? old?.tenant_id;
  if (tenantId === undefined) {
    throw new ThothctlError({
      code: 'usage',
      message: `Context ${name} is new and needs a tenant.`,
      exit: 'usage',
      fix: 'Give --tenant-id.',
    });
  }
  const pick = (now: string | null | undefined, before: string | undefined): string | undefined =>
    now === undefined ? before : (now ?? undefined);
  const govapiUrl = pick(patch.govapi_url, old?.govapi_url);
  const apexDomain = pick(patch.apex_domain, old?.apex_domain);
  const enforceUrl = pick(patch.enforce_url, old?.enforce_url);
  const moved =
    old !== undefined &&
    (old.tenant_id !== tenantId || old.govapi_url !== govapiUrl || old.apex_domain !== apexDomain);
  const credential = patch.credential === undefined ? (moved ? null : old?.credential) : patch.credential;
  return {
    tenant_id: tenantId,
    ...(govapiUrl === undefined ? {} : { govapi_url: govapiUrl }),
    ...(apexDomain === undefined ? {} : { apex_domain: apexDomain }),
    ...(enforceUrl === undefined ? {} : { enforce_url: enforceUrl }),
    ...(credential === null || credential === undefined ? {} : { credential }),
  };
}
