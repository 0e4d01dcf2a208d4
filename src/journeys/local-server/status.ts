import { ThothctlError } from '../../errors/index.js';
import type { GovApi } from '../../govapi/client.js';

export interface ServerStatus {
  readonly url: string;
  readonly alive: boolean;
  readonly ready: boolean;
  readonly product?: string;
  readonly version?: string;
  readonly started_at?: string;
  readonly features?: readonly string[];
  readonly data_dir?: string;
}

/** What the control plane says about itself. @throws ThothctlError `unavailable` when nothing answers. */
export async function serverStatus(
  api: Pick<GovApi, 'call' | 'raw' | 'baseUrl'>,
  signal?: AbortSignal,
): Promise<ServerStatus> {
  const options = { signal };
  const alive = await api.raw('GET', '/healthz', options);
  const ready = await api.raw('GET', '/readyz', options);
  const health = { url: api.baseUrl, alive: alive.status === 200, ready: ready.status === 200 };
  try {
    return { ...health, ...(await api.call('getServerInfo', {}, options)) };
  } catch (cause) {
    if (cause instanceof ThothctlError && cause.code === 'not_supported_by_server') return health;
    throw cause;
  }
}
