import { booleanValue, Flags, repeatable } from '../../cli/flags.js';
import type { OperationInput } from '../../contract/index.js';
import { defined } from '../json-object/index.js';

type VendorWrite = NonNullable<OperationInput<'updateMcpVendor'>['body']>;

export const vendorFlags = {
  'display-name': Flags.string({ description: 'display name' }),
  approved: booleanValue({ description: 'approved for pass-through' }),
  'host-pattern': repeatable({
    description: 'host the vendor serves, `*` for any text; repeatable',
    helpValue: '<host>',
  }),
  source: Flags.string({ description: 'origin of the entry, for example manual' }),
  notes: Flags.string({ description: 'reviewer notes' }),
  'last-seen-at': Flags.string({ description: 'last sighting (RFC 3339), kept as written' }),
  'allowed-tool': repeatable({
    description: 'only these tools may be called; repeatable',
    helpValue: '<tool>',
  }),
  'blocked-tool': repeatable({ description: 'this tool may not be called; repeatable', helpValue: '<tool>' }),
};

export interface VendorFlags {
  readonly 'display-name'?: string | undefined;
  readonly approved?: boolean | undefined;
  readonly 'host-pattern'?: string[] | undefined;
  readonly source?: string | undefined;
  readonly notes?: string | undefined;
  readonly 'last-seen-at'?: string | undefined;
  readonly 'allowed-tool'?: string[] | undefined;
  readonly 'blocked-tool'?: string[] | undefined;
}

/** The members a vendor command names, as the contract spells them. */
export function vendorMembers(flags: VendorFlags): Partial<VendorWrite> {
  return defined({
    display_name: flags['display-name'],
    approved: flags.approved,
    host_patterns: flags['host-pattern'],
    source: flags.source,
    notes: flags.notes,
    last_seen_at: flags['last-seen-at'],
    allowed_tools: flags['allowed-tool'],
    blocked_tools: flags['blocked-tool'],
  });
}
