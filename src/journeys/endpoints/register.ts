import type { Result } from '../../output/index.js';
import { runBulk, strayFlags, type BulkPorts, type FromFile } from '../bulk/index.js';
import { endpointBody, endpointFlags, type EndpointFlags } from './flags.js';
import { ENDPOINT_ROWS } from './rows.js';

/** Registers the endpoint that the flags describe, or every one of a file. */
export async function registerEndpoints(
  endpointId: string | undefined,
  flags: EndpointFlags & FromFile,
  ports: BulkPorts,
): Promise<Result> {
  if (flags['from-file'] !== undefined) {
    strayFlags(flags, Object.keys(endpointFlags), endpointId);
    return runBulk(ENDPOINT_ROWS, flags['from-file'], flags, ports);
  }
  const body = endpointBody(endpointId, flags);
  const api = await ports.api();
  if (ports.dryRun) return { data: { dry_run: true, tenant_id: api.tenantId, would_register: body } };
  return { data: await api.call('registerEndpoint', { body }, { signal: ports.signal }) };
}
