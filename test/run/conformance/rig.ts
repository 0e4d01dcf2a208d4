import { BuiltFixture, listening } from './built-fixture.js';
import { ConformancePlane, type GovernedServer } from './plane.js';

const ANY_PORT = ['--listen', '127.0.0.1:0'];

/** The fixture by itself, and the ways in which `thothctl run` stands before it. */
export class Rig {
  readonly #closers: (() => unknown)[] = [];
  readonly #proxies = new Map<string, GovernedServer>();
  #direct = '';

  private constructor() {}

  static async open(): Promise<Rig> {
    const rig = new Rig();
    try {
      await rig.#open();
      return rig;
    } catch (error) {
      await rig.close();
      throw error;
    }
  }

  /** URL of the fixture itself. */
  get direct(): string {
    return this.#direct;
  }

  /** By the flag that makes `thothctl run` this kind of proxy. */
  get proxies(): ReadonlyMap<string, GovernedServer> {
    return this.#proxies;
  }

  async close(): Promise<void> {
    for (const close of this.#closers.toReversed()) await close();
  }

  async #open(): Promise<void> {
    const fixture = await BuiltFixture.build();
    this.#closers.push(() => fixture.remove());
    const plane = await ConformancePlane.start(fixture);
    this.#closers.push(() => plane.remove());
    const direct = await listening(fixture.http);
    this.#closers.push(() => direct.stop());
    this.#direct = direct.url;
    const surfaces = {
      '--mcp-http': ['--mcp-http', direct.url, ...ANY_PORT],
    };
    for (const [name, flags] of Object.entries(surfaces)) {
      const proxy = await plane.govern(...flags);
      this.#closers.push(() => proxy.stop());
      this.#proxies.set(name, proxy);
    }
  }
}
