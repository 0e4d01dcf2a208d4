import type { OperationInput } from '../../contract/index.js';
import { usageError } from '../../errors/index.js';
import type { GovApi } from '../../govapi/client.js';
import type { Result } from '../../output/index.js';
import { runBulk, strayFlags, type BulkPorts, type FromFile } from '../bulk/index.js';
import { vendorFlags, vendorMembers, type VendorFlags } from './vendor-flags.js';
import { VENDOR_ROWS } from './vendor-rows.js';

type McpApi = Pick<GovApi, 'call' | 'tenantId'>;
type VendorWrite = NonNullable<OperationInput<'updateMcpVendor'>['body']>;

interface Options {
  readonly dryRun: boolean;
  readonly signal?: AbortSignal;
}

/** Registers the vendor that the flags describe, or every one of a file. */
export async function createVendors(
  id: string | undefined,
  flags: VendorFlags & FromFile,
  ports: BulkPorts,
): Promise<Result> {
  if (flags['from-file'] !== undefined) {
    strayFlags(flags, Object.keys(vendorFlags), id);
    return runBulk(VENDOR_ROWS, flags['from-file'], flags, ports);
  }
  if (id === undefined) throw usageError('a vendor needs an id', 'give VENDOR, or a file with --from-file');
  const { display_name, host_patterns, ...given } = vendorMembers(flags);
  if (display_name === undefined || host_patterns === undefined)
    throw usageError('a vendor needs a name and a host', 'give --display-name and --host-pattern');
  const body = { vendor_id: id, ...given, display_name, host_patterns };
  const api = await ports.api();
  if (ports.dryRun) return { data: { dry_run: true, tenant_id: api.tenantId, would_create: body } };
  return { data: await api.call('createMcpVendor', { body }, { signal: ports.signal }) };
}

/** An update replaces the vendor, so what the command line does not name is sent again as it stands. */
export async function updateVendor(
  api: McpApi,
  id: string,
  given: Partial<VendorWrite>,
  { dryRun, signal }: Options,
): Promise<object> {
  if (Object.keys(given).length === 0) {
    throw usageError('nothing to change', 'name what should change, for example --approved true');
  }
  const path = { vendorId: id };
  const vendor = await api.call('getMcpVendor', { path }, { signal });
  const body = {
    vendor_id: id,
    display_name: vendor.display_name,
    approved: vendor.approved,
    host_patterns: vendor.host_patterns,
    ...(typeof vendor.source === 'string' && { source: vendor.source }),
    ...(typeof vendor.notes === 'string' && { notes: vendor.notes }),
    ...given,
  };
  if (dryRun) return { dry_run: true, tenant_id: api.tenantId, would_update: body };
  return api.call('updateMcpVendor', { path, body }, { signal });
}
