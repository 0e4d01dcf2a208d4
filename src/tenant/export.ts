import type { Document } from 'yaml';
import { KINDS } from './kinds/index.js';
import type { Fields, Item, Kind, SectionName, TenantApi } from './kinds/kind.js';

/**
 * The tenant as a file: everything a file can say, nothing the server manages, no secret. Secrets the tenant has are
 * marked by a comment, because they cannot be read.
 */
export async function exportTenant(
  api: TenantApi,
  sections: ReadonlySet<SectionName> | undefined,
  signal?: AbortSignal,
): Promise<{ readonly document: Fields; readonly text: string }> {
  const document: Record<string, unknown> = { version: 1, tenant: api.tenantId };
  for (const kind of KINDS) {
    if (sections !== undefined && !sections.has(kind.section)) continue;
    const items = await kind.read(api, new Set(), signal);
    const complete = kind.section === 'policy_bundles' ? await withText(api, items, signal) : items;
    const value = nested(kind, complete);
    if (Object.keys(value).length > 0) document[kind.section] = value;
  }
  return { document, text: await textOf(document) };
}

function nested({ levels, section }: Kind, items: readonly Item[]): Fields {
  if (levels === 0) return items[0]?.fields ?? {};
  const value: Record<string, Record<string, unknown>> = {};
  for (const { identity, fields } of [...items].sort(byIdentity)) {
    const [first = '', second = ''] = identity;
    const written =
      section === 'api_keys' ? { ...fields, key_file: `${first.replace(/[^\w.-]/g, '_')}.key` } : fields;
    if (levels === 1) value[first] = written;
    else value[first] = { ...value[first], [second]: written };
  }
  return value;
}

const byIdentity = (left: Item, right: Item): number =>
  left.identity.join('\u0000') < right.identity.join('\u0000') ? -1 : 1;

async function withText(
  api: TenantApi,
  items: readonly Item[],
  signal: AbortSignal | undefined,
): Promise<Item[]> {
  const complete: Item[] = [];
  for (const item of items) {
    const { policy_hash: _digest, ...fields } = item.fields;
    const bundle = await api.call('getPolicyBundle', { path: { bundleId: item.handle ?? '' } }, { signal });
    complete.push({ ...item, fields: { ...fields, raw_policy: bundle.raw_policy ?? '' } });
  }
  return complete;
}

const SCHEMA = '# yaml-language-server: $schema=https://thothctl.dev/schema/thoth.tenant.schema.json\n';
const SECRETS =
  '# Secrets cannot be read back. Add them as references: env:NAME, file:PATH, op://vault/item/field, exec:PROGRAM.\n';

async function textOf(content: Fields): Promise<string> {
  const yaml = await import('yaml');
  const document: Document = new yaml.Document(content, { aliasDuplicateObjects: false });
  yaml.visit(document, {
    Scalar: (_key, node) => {
      if (typeof node.value === 'string' && node.value.includes('\n')) node.type = 'BLOCK_LITERAL';
    },
  });
  return SCHEMA + SECRETS + document.toString({ lineWidth: 0 });
}
