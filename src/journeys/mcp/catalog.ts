import type { OperationInput, OperationOutput } from '../../contract/index.js';
import { usageError } from '../../errors/index.js';
import type { GovApi } from '../../govapi/client.js';
import type { View } from '../../output/port.js';

type CatalogSeeds = NonNullable<OperationInput<'verifyMcpCatalog'>['body']>;
type Catalog = OperationOutput<'verifyMcpCatalog'>;

/** @throws ThothctlError `usage` when nobody is named. */
export async function verifyCatalog(
  api: Pick<GovApi, 'call'>,
  seeds: CatalogSeeds,
  env: string | undefined,
  signal: AbortSignal,
): Promise<Catalog> {
  if (Object.keys(seeds).length === 0) {
    throw usageError('say whose catalogue to verify', 'give for example --principal agent:ops');
  }
  return api.call('verifyMcpCatalog', { query: env === undefined ? {} : { env }, body: seeds }, { signal });
}

/** One row per tool. */
export function catalogView(catalog: Catalog): View {
  const rows = (verdict: string, tools: readonly string[] = []) => tools.map((tool) => ({ tool, verdict }));
  return {
    kind: 'table',
    columns: [
      { key: 'tool', header: 'TOOL', kind: 'id' },
      { key: 'verdict', header: 'VERDICT', kind: 'state' },
    ],
    rows: [
      ...rows('allowed', catalog.allowed_tools),
      ...rows('step-up', catalog.step_up_tools),
      ...rows('blocked', catalog.blocked_tools),
    ],
    empty: 'The tenant knows no tools yet.',
  };
}
