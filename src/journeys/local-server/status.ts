import { ThothctlError } from '../../errors/index.js';
import type { GovApi } from '../../govapi/client.js';
import { isJsonObject } from '../../json/object.js';

export interface ServerStatus {
  readonly url: string;
  readonly alive: boolean;
  readonly ready: boolean;
  /** Of a server that is not ready: a code, and what to do. */
  readonly reason?: string;
  readonly message?: string;
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
  const health = {
    url: api.baseUrl,
    alive: alive.status === 200,
    ready: ready.status === 200,
    ...(ready.status === 200 ? {} : hindrance(ready.body)),
  };
  try {
    return { ...health, ...(await api.call('getServerInfo', {}, options)) };
  } catch (cause) {
    if (cause instanceof ThothctlError && cause.code === 'not_supported_by_server') return health;
    throw cause;
  }
}

function hindrance(body: unknown): Pick<ServerStatus, 'reason' | 'message'> {
  if (!isJsonObject(body)) return {};
  const { reason, message } = body;
  return {
    ...(typeof reason === 'string' ? { reason } : {}),
    ...(typeof message === 'string' ? { message } : {}),
  };
}
