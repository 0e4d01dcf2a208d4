import { createHash } from 'node:crypto';
import { ThothctlError } from '../errors/index.js';
import { keyOf, planChanges, type Change, type ChangeOptions, type Section } from './changes.js';
import { stableText } from './compare.js';
import { KINDS } from './kinds/index.js';
import type { Item, SectionName, TenantApi } from './kinds/kind.js';
import type { TenantFile } from './read.js';

/** What would make the tenant what the file says. */
export interface TenantPlan {
  readonly tenant_id: string;
  readonly changes: readonly Change[];
  /** What was read to compare: sections, and the items the file asks for in each. */
  readonly compared: readonly Compared[];
  /** Digest of what the sections of the file hold in the tenant now; a saved plan is good only against the same. */
  readonly present_digest: string;
  /** Folder that files and secrets of the plan are relative to. */
  readonly folder: string;
}

export interface Compared {
  readonly section: SectionName;
  readonly asked: readonly (readonly string[])[];
}

/** Reads the tenant and compares. @throws ThothctlError `tenant_mismatch`, `ambiguous_name` */
export async function planTenant(
  api: TenantApi,
  file: TenantFile,
  options: ChangeOptions,
  signal?: AbortSignal,
): Promise<TenantPlan> {
  if (file.tenant !== undefined && file.tenant !== api.tenantId)
    throw new ThothctlError({
      code: 'tenant_mismatch',
      message: `The file is for the tenant ${file.tenant}, and the command is connected to ${api.tenantId}.`,
      exit: 'conflict',
      fix: 'Select the other tenant with --tenant-id or --context, or remove `tenant` from the file.',
    });
  const sections = await readSections(api, file, options, signal);
  return {
    tenant_id: api.tenantId,
    changes: planChanges(sections, options),
    compared: sections.map(({ kind, wanted }) => ({
      section: kind.section,
      asked: wanted.map((item) => item.identity),
    })),
    present_digest: digestOf(sections),
    folder: file.folder,
  };
}

async function readSections(
  api: TenantApi,
  file: TenantFile,
  options: ChangeOptions,
  signal: AbortSignal | undefined,
): Promise<Section[]> {
  const sections: Section[] = [];
  for (const kind of KINDS) {
    const wanted = file.sections.get(kind.section) ?? [];
    if (wanted.length === 0 && !options.prune.has(kind.section)) continue;
    const asked = new Set(wanted.map((item) => keyOf(item.identity)));
    const present = await kind.read(api, asked, signal);
    refuseDoubles(kind.section, present, asked);
    sections.push({ kind, wanted, present });
  }
  return sections;
}

/** Fleets and keys may share a name on the server; which of them the file means cannot be told. */
function refuseDoubles(section: string, present: readonly Item[], asked: ReadonlySet<string>): void {
  const seen = new Set<string>();
  for (const { identity } of present) {
    const key = keyOf(identity);
    if (seen.has(key) && asked.has(key))
      throw new ThothctlError({
        code: 'ambiguous_name',
        message: `The tenant has more than one of ${section} named ${identity.join('/')}.`,
        exit: 'conflict',
        fix: 'Rename or remove all but one of them.',
      });
    seen.add(key);
  }
}

/** Digest of the same items as they are now; another one means that the tenant drifted since. */
export async function presentDigest(
  api: TenantApi,
  compared: readonly Compared[],
  signal?: AbortSignal,
): Promise<string> {
  const sections: Pick<Section, 'kind' | 'present'>[] = [];
  for (const kind of KINDS) {
    const known = compared.find(({ section }) => section === kind.section);
    if (known !== undefined)
      sections.push({ kind, present: await kind.read(api, new Set(known.asked.map(keyOf)), signal) });
  }
  return digestOf(sections);
}

function digestOf(sections: readonly Pick<Section, 'kind' | 'present'>[]): string {
  const present = sections.map(({ kind, present: items }) => [
    kind.section,
    items.map((item) => stableText([item.identity, item.fields])).sort(),
  ]);
  return createHash('sha256').update(stableText(present)).digest('hex');
}
