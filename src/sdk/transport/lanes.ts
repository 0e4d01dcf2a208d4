import type { Dispatcher } from 'undici';

/** Lanes never share a connection: a slow ingest endpoint, or a thousand calls given up at once, must not delay a decision. */
export type Lane = 'checks' | 'events' | 'explanations' | 'withdrawals';

const CONNECTIONS: Record<Lane, number> = { checks: 16, events: 2, explanations: 2, withdrawals: 4 };
/** What somebody waits for, or what nothing else would ever make good: an event has its spool, a hold that is kept has not. */
export const KEEPS_PROCESS_ALIVE: ReadonlySet<Lane> = new Set(['checks', 'withdrawals']);
const KEEP_ALIVE_MS = 60_000;

/** Opens the kept-alive connections of one lane. undici is loaded only here, on first use. */
export async function openLane(origin: string, lane: Lane): Promise<Dispatcher> {
  const { EnvHttpProxyAgent, Pool, buildConnector } = await import('undici');
  const common = { connections: CONNECTIONS[lane], keepAliveTimeout: KEEP_ALIVE_MS };
  if (usesProxy()) return new EnvHttpProxyAgent(common);
  if (KEEPS_PROCESS_ALIVE.has(lane)) return new Pool(origin, common);
  const connect = buildConnector({});
  return new Pool(origin, {
    ...common,
    // undici takes a reference while a request runs, so it is made void.
    connect: (options, callback) =>
      connect(options, (...outcome) => {
        const [, socket] = outcome;
        // A failed connection comes without a socket: undefined, whatever the types say.
        socket?.unref();
        if (socket) socket.ref = () => socket;
        callback(...outcome);
      }),
  });
}

function usesProxy(): boolean {
  return ['http_proxy', 'https_proxy', 'HTTP_PROXY', 'HTTPS_PROXY'].some(
    (name) => (process.env[name] ?? '') !== '',
  );
}
