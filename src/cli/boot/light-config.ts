import { Config, type Command, type Interfaces } from '@oclif/core';
import { homedir } from 'node:os';
import type { Catalogue } from './catalogue.js';

export interface ProgramInfo {
  readonly name: string;
  readonly version: string;
  readonly description: string;
  /** Folder of package.json. */
  readonly root: string;
  readonly oclif: Interfaces.PJSON['oclif'];
}

const { platform } = process;
const arch = process.arch === 'ia32' ? 'x86' : process.arch;

function toArch(name: string): Interfaces.Config['arch'] {
  const known = ['arm', 'arm64', 'mips', 'mipsel', 'ppc', 'ppc64', 's390', 's390x', 'x64'] as const;
  return known.find((candidate) => candidate === name) ?? 'x86';
}

/** As `--version` prints it. */
export function userAgent({ name, version }: ProgramInfo): string {
  return `${name}/${version} ${platform}-${arch} node-${process.version}`;
}

/**
 * An oclif Config filled from what the build knows. The stock one reads the manifest, the package, a theme and plugin
 * folders on every start, twice.
 */
export class LightConfig extends Config {
  #commands: Command.Loadable[] = [];
  #topics: Interfaces.Topic[] = [];

  readonly #catalogue: Catalogue;

  constructor(program: ProgramInfo, catalogue: Catalogue) {
    const { name, version, description, oclif } = program;
    const pjson = { name, version, description, oclif };
    super({ root: program.root, pjson, version: program.version });
    this.#catalogue = catalogue;
    this.name = program.name;
    this.version = program.version;
    this.root = program.root;
    this.pjson = pjson;
    this.bin = program.oclif.bin ?? program.name;
    this.dirname = program.oclif.dirname ?? program.name;
    this.topicSeparator = ' ';
    this.valid = true;
    this.channel = 'stable';
    this.platform = platform;
    this.arch = toArch(process.arch);
    this.windows = platform === 'win32';
    this.userAgent = userAgent(program);
    this.shell = 'unknown';
    this.home = process.env['HOME'] ?? homedir();
    this.cacheDir = this.scopedEnvVar('CACHE_DIR') ?? this.macosCacheDir() ?? this.dir('cache');
    this.configDir = this.scopedEnvVar('CONFIG_DIR') ?? this.dir('config');
    this.dataDir = this.scopedEnvVar('DATA_DIR') ?? this.dir('data');
  }

  /** Declarations of all commands. */
  async definitions(): Promise<Command.Cached[]> {
    const entries = await this.#catalogue.entries();
    return Promise.all(entries.map(({ id }) => this.#catalogue.definition(id)));
  }

  /** Gives the help what it lists. */
  present(commands: Command.Loadable[], topics: Interfaces.Topic[]): void {
    this.#commands = commands;
    this.#topics = topics;
  }

  override get commands(): Command.Loadable[] {
    return this.#commands;
  }

  override get commandIDs(): string[] {
    return this.#commands.map((command) => command.id);
  }

  override get topics(): Interfaces.Topic[] {
    return this.#topics;
  }

  override findCommand(id: string, opts: { must: true }): Command.Loadable;
  override findCommand(id: string, opts?: { must: boolean }): Command.Loadable | undefined;
  override findCommand(id: string): Command.Loadable | undefined {
    return this.#commands.find((command) => command.id === id);
  }

  override findTopic(id: string, opts: { must: true }): Interfaces.Topic;
  override findTopic(id: string, opts?: { must: boolean }): Interfaces.Topic | undefined;
  override findTopic(id: string): Interfaces.Topic | undefined {
    return this.#topics.find((topic) => topic.name === id);
  }

  /** There are no plugins and so no hooks. */
  override runHook(): Promise<{ failures: []; successes: [] }> {
    return Promise.resolve({ failures: [], successes: [] });
  }
}
