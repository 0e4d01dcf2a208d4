import { BuiltFixture, listening } from './built-fixture.js';
import { ConformancePlane, type GovernedRun } from './plane.js';

const ANY_PORT = ['--listen', '127.0.0.1:0'];

/**
 * Checks of what only a server that speaks HTTP itself can do: nothing on stdio says that the connection of a call under
 * way is to be closed.
 */
const OF_A_SERVER_ON_HTTP: ReadonlySet<string> = new Set(['server-sse-polling/server-sse-disconnect-resume']);

/** A way in which `thothctl run` stands before the fixture. */
export interface Surface {
  readonly url: string;
  /** `scenario/id` of the checks that do not apply to it. */
  readonly exempt: ReadonlySet<string>;
  readonly decisions: GovernedRun['decisions'];
}

/** The fixture by itself, and every surface of `thothctl run` that it may stand behind. */
export class Rig {
  readonly #closers: (() => unknown)[] = [];
  readonly #surfaces = new Map<string, Surface>();
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

  /**
   * `--mcp-http` and `--listen` serve HTTP, before a remote server and one on stdio. Those named after stdio speak that to
   * their client. The suite speaks HTTP alone, so for them another proxy, with `--listen`, is the bridge to it.
   */
  get surfaces(): ReadonlyMap<string, Surface> {
    return this.#surfaces;
  }

  async close(): Promise<void> {
    for (const close of this.#closers.toReversed()) await close();
  }

  async #open(): Promise<void> {
    const fixture = await BuiltFixture.build();
    this.#closers.push(() => fixture.remove());
    const plane = await ConformancePlane.start(fixture);
    this.#closers.push(() => plane.remove());
    this.#direct = await this.#start(fixture.http);
    const remote = plane.run('--mcp-http', this.#direct, ...ANY_PORT);
    await this.#add('--mcp-http', remote, remote, new Set());
    const local = plane.run(...ANY_PORT, '--', ...fixture.stdio);
    await this.#add('--listen', local, local, OF_A_SERVER_ON_HTTP);
    const bridged = {
      stdio: plane.run('--mcp', '--', ...fixture.stdio),
      'stdio, --mcp-http': plane.run('--mcp-http', this.#direct),
    };
    for (const [name, run] of Object.entries(bridged)) {
      await this.#add(name, plane.run(...ANY_PORT, '--', ...run.command), run, OF_A_SERVER_ON_HTTP);
    }
  }

  async #add(
    name: string,
    listener: GovernedRun,
    { decisions }: GovernedRun,
    exempt: ReadonlySet<string>,
  ): Promise<void> {
    this.#surfaces.set(name, { url: await this.#start(listener.command), exempt, decisions });
  }

  /** Starts what listens, for as long as the rig is open. */
  async #start(command: readonly string[]): Promise<string> {
    const server = await listening(command);
    this.#closers.push(() => server.stop());
    return server.url;
  }
}
