import type { Connection } from '../../context/index.js';
import type { OperationOutput } from '../../contract/index.js';
import { ThothctlError } from '../../errors/index.js';
import type { GovApi } from '../../govapi/client.js';
import type { Check } from './check.js';

/** A signed token or a time-bound policy goes wrong at about this much. */
const WORST_SKEW_SECONDS = 60;

type DoctorApi = Pick<GovApi, 'call' | 'raw' | 'baseUrl'>;
type ServerInfo = OperationOutput<'getServerInfo'>;

export function selection(connection: Connection): Check {
  const { context, tenantId, baseUrl } = connection;
  return {
    check: 'selection',
    state: 'ok',
    result: `tenant ${tenantId} at ${baseUrl}${context ? `, context ${context.name}` : ''}`,
  };
}

/** Everything that takes an answer of the control plane; nothing more is asked once it cannot be reached. */
export async function serviceChecks(
  api: DoctorApi,
  connection: Connection,
  signal?: AbortSignal,
): Promise<Check[]> {
  const reached = await reachability(api, signal);
  if (reached.state !== 'ok') return [reached, unknown('authentication'), unknown('server')];
  if (connection.credential === undefined) {
    return [
      reached,
      {
        check: 'authentication',
        state: 'failed',
        result: 'there is no credential',
        fix: 'thothctl auth login',
      },
      unknown('server'),
    ];
  }
  const authentication = await identity(api, signal);
  if (authentication.state === 'failed') return [reached, authentication, unknown('server')];
  return [reached, authentication, ...(await server(api, signal))];
}

async function reachability(api: DoctorApi, signal: AbortSignal | undefined): Promise<Check> {
  try {
    const started = performance.now();
    // Any answer proves the way there; a plain GovAPI need not have this path.
    await api.raw('GET', '/healthz', { signal });
    const milliseconds = Math.round(performance.now() - started);
    return { check: 'reachability', state: 'ok', result: `${api.baseUrl} answers in ${milliseconds} ms` };
  } catch (cause) {
    return fromError('reachability', cause);
  }
}

async function identity(api: DoctorApi, signal: AbortSignal | undefined): Promise<Check> {
  try {
    const who = await api.call('checkAuth', {}, { signal });
    return {
      check: 'authentication',
      state: 'ok',
      result: `${who.kind} ${who.principal} with ${who.permissions.join(', ')}${who.expires_at ? `, until ${who.expires_at}` : ''}`,
    };
  } catch (cause) {
    if (!(cause instanceof ThothctlError) || cause.code !== 'not_supported_by_server')
      return fromError('authentication', cause);
  }
  try {
    await api.call('getTenantSettings', {}, { signal });
    return { check: 'authentication', state: 'ok', result: 'the credential may read the settings' };
  } catch (cause) {
    return fromError('authentication', cause);
  }
}

async function server(api: DoctorApi, signal: AbortSignal | undefined): Promise<Check[]> {
  try {
    const asked = Date.now();
    const info = await api.call('getServerInfo', {}, { signal });
    const answered = Date.now();
    return [
      {
        check: 'server',
        state: 'ok',
        result: `${info.product} ${info.version} offers ${info.features.join(', ')}`,
      },
      clock(info, asked, answered),
    ];
  } catch (cause) {
    if (cause instanceof ThothctlError && cause.code === 'not_supported_by_server') {
      const result = 'a GovAPI without live streams, evidence export and agent scopes';
      return [{ check: 'server', state: 'skipped', result }];
    }
    return [fromError('server', cause)];
  }
}

function clock(info: ServerInfo, asked: number, answered: number): Check {
  if (info.uptime_seconds === undefined) return unknown('clock');
  const theirs = Date.parse(info.started_at) + info.uptime_seconds * 1000;
  const skew = Math.round((theirs - (asked + answered) / 2) / 1000);
  if (!Number.isFinite(skew)) return unknown('clock');
  const wrong = Math.abs(skew) > WORST_SKEW_SECONDS;
  return {
    check: 'clock',
    state: wrong ? 'failed' : 'ok',
    result: `${Math.abs(skew)} s ${skew < 0 ? 'ahead of' : 'behind'} the control plane`,
    ...(wrong && { fix: 'set the clock of this machine, for example by turning NTP on' }),
  };
}

function unknown(check: string): Check {
  return { check, state: 'unknown', result: 'could not be asked' };
}

function fromError(check: string, cause: unknown): Check {
  if (!(cause instanceof ThothctlError) || cause.exit === 'interrupted') throw cause;
  return { check, state: 'failed', result: cause.message, ...(cause.fix && { fix: cause.fix }) };
}
