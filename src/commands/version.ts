import type { Result } from '../output/index.js';
import { ThothCommand } from '../cli/command.js';

export default class Version extends ThothCommand<typeof Version> {
  static override summary = 'Show the version of thothctl, the platform and Node';

  protected override async execute(): Promise<Result> {
    const { name, version, platform, arch, userAgent } = this.config;
    return {
      data: { name, version, platform, arch, node: process.version },
      view: { kind: 'text', text: userAgent },
    };
  }
}
