import type { Dispatcher } from 'undici';

/** Lanes never share a connection: a slow ingest endpoint must not delay a decision. */
export type Lane = 'checks' | 'events' | 'explanations';

const CONNECTIONS: Record<Lane, number> = { checks: 16, events: 2, explanations: 2 };
const KEEP_ALIVE_MS = 60_000;

/** Opens the kept-alive connections of one lane. undici is loaded only here, on first use. */
export async function openLane(origin: string, lane: Lane): Promise<Dispatcher> {
  const { EnvHttpProxyAgent, Pool, buildConnector } = await import('undici');
  const common = { connections: CONNECTIONS[lane], keepAliveTimeout: KEEP_ALIVE_MS };
  if (usesProxy()) return new EnvHttpProxyAgent(common);
  if (lane === 'checks') return new Pool(origin, common);
  const connect = buildConnector({});
  return new Pool(origin, {
    ...common,
    // Only checks keep a process alive; undici takes a reference while a request runs, so it is made void.
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
