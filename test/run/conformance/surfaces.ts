import { listening, type BuiltFixture } from './built-fixture.js';
import type { ConformancePlane, GovernedServer } from './plane.js';

const ANY_PORT = ['--listen', '127.0.0.1:0'];

/** The fixture by itself, and the ways in which `thothctl run` stands before it. */
export interface Surfaces {
  readonly direct: string;
  readonly proxies: ReadonlyMap<string, GovernedServer>;
  stop(): Promise<void>;
}

export async function openSurfaces(fixture: BuiltFixture, plane: ConformancePlane): Promise<Surfaces> {
  const direct = await listening(fixture.http);
  const proxies = new Map([
    ['--mcp-http', await plane.govern('--mcp-http', direct.url, ...ANY_PORT)],
    ['--listen, on stdio behind', await plane.govern(...ANY_PORT, '--', ...fixture.stdio)],
  ]);
  return {
    direct: direct.url,
    proxies,
    stop: async () => {
      for (const proxy of proxies.values()) await proxy.stop();
      await direct.stop();
    },
  };
}
