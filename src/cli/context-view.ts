import type { NamedContext } from '../context/index.js';
import type { Row, View } from '../output/index.js';

/** A context without anything secret: where its credential is, never the credential. */
export function contextDocument(context: NamedContext): Row {
  const { name, current, tenant_id, govapi_url, apex_domain, enforce_url, credential } = context;
  return {
    name,
    current,
    tenant_id,
    ...(govapi_url !== undefined && { govapi_url }),
    ...(apex_domain !== undefined && { apex_domain }),
    ...(enforce_url !== undefined && { enforce_url }),
    credential: credential ?? null,
  };
}

/** The place of a credential in words. */
export function credentialText({ credential }: NamedContext): string {
  if (credential === undefined) return 'none';
  const kind = credential.kind === 'bearer' ? 'admin token' : 'API key';
  return `${kind} in ${credential.store === 'keyring' ? 'the keyring' : credential.ref}`;
}

export function contextRecord(context: NamedContext): View {
  return {
    kind: 'record',
    fields: [
      { label: 'Name', value: context.name, kind: 'id' },
      { label: 'Current', value: context.current ? 'yes' : 'no' },
      { label: 'Tenant', value: context.tenant_id, kind: 'id' },
      {
        label: 'Control plane',
        value: context.govapi_url ?? `derived from ${context.apex_domain ?? 'the default domain'}`,
      },
      ...(context.enforce_url === undefined ? [] : [{ label: 'Data plane', value: context.enforce_url }]),
      { label: 'Credential', value: credentialText(context) },
      ...(context.credential?.expires_at
        ? [{ label: 'Expires', value: context.credential.expires_at, kind: 'time' as const }]
        : []),
    ],
  };
}
