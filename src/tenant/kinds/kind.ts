import type { JsonObject } from '../../json/object.js';
import type { GovApi } from '../../govapi/client.js';

export type Fields = JsonObject;

/** What the tenant file needs of the control-plane client. */
export type TenantApi = Pick<GovApi, 'call' | 'tenantId'>;

/** One thing of a tenant, by the names that identify it in the file. */
export interface Item {
  /** Keys from the section down: `['laptops']`, `['chrome', 'baseline']`, none for the settings. */
  readonly identity: readonly string[];
  /** Members that can be compared; nothing the server manages, no secret. */
  readonly fields: Fields;
  /** How the server addresses it, where that is not its identity. */
  readonly handle?: string;
}

/** What is to be written: the members asked for, over what is there now. Secrets have been resolved. */
interface Write {
  readonly identity: readonly string[];
  readonly wanted: Fields;
  readonly present: Item | undefined;
}

/**
 * A section of the tenant file. Reading and writing go through the published operations; comparing, planning, pruning
 * and reporting are the same for all.
 */
export interface Kind {
  /** Name of the section. */
  readonly section: SectionName;
  /** How many keys lead to an item: 0 for the settings, 2 for packs of agents. */
  readonly levels: 0 | 1 | 2;
  /** Members compared without order. */
  readonly sets?: readonly string[];
  /** Whether objects inside an item merge member by member; otherwise a member is replaced whole. */
  readonly merges?: true;
  /** Members that are replaced whole although objects merge. */
  readonly units?: readonly string[];
  /** Whether a member, by its path, is a secret: written, never read back. */
  readonly secret?: (path: string) => boolean;
  /** An item that differs cannot be changed, only made anew. */
  readonly replaced?: true;
  /** Members of the file that only say how to write, and are never compared. */
  readonly instructions?: readonly string[];
  read(api: TenantApi, asked: ReadonlySet<string>, signal?: AbortSignal): Promise<readonly Item[]>;
  put(api: TenantApi, write: Write, signal?: AbortSignal): Promise<void>;
  /** Deletes or switches off. A kind without it cannot be pruned. */
  remove?(api: TenantApi, item: Item, signal?: AbortSignal): Promise<void>;
}

export const SECTIONS = [
  'settings',
  'fleets',
  'mcp_vendors',
  'mdm',
  'browser_providers',
  'browser_policies',
  'agents',
  'policy_bundles',
  'packs',
  'api_keys',
] as const;
export type SectionName = (typeof SECTIONS)[number];

/** Only the members of a reply that a file may hold; null and empty text are the same as nothing. */
export function comparable(source: Fields, members: readonly string[]): Fields {
  const fields: Record<string, unknown> = {};
  for (const member of members) {
    const value = source[member];
    if (value !== undefined && value !== null && value !== '') fields[member] = value;
  }
  return fields;
}
