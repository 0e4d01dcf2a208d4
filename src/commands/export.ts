import { ThothCommand } from '../cli/command.js';
import { repeatable } from '../cli/flags.js';
import { replaceFile } from '../output/index.js';
import type { Result } from '../output/port.js';
import { exportTenant, SECTIONS } from '../tenant/index.js';

export default class Export extends ThothCommand<typeof Export> {
  static override summary = 'Write the tenant as a file that plan and apply understand';
  static override description =
    'Everything a tenant file can say and nothing the server manages. Secrets cannot be read back; add them as references.';
  static override examples = ['<%= config.bin %> export --output thoth.tenant.yaml'];
  static override ownOutput = true;
  static override flags = {
    section: repeatable({ description: 'only this section; repeatable', options: [...SECTIONS] }),
  };

  async execute(): Promise<Result> {
    const chosen = SECTIONS.filter((section) => this.flags.section?.includes(section));
    const api = await this.api();
    const { document, text } = await exportTenant(
      api,
      chosen.length === 0 ? undefined : new Set(chosen),
      this.signal,
    );
    if (this.flags.output !== undefined) {
      // The file an author goes on with: with its schema line, and comments where secrets belong.
      await replaceFile(this.flags.output, text);
      return { data: { file: this.flags.output, sections: Object.keys(document).filter(isSection) } };
    }
    return { data: document, view: { kind: 'text', text: text.trimEnd() } };
  }
}

function isSection(name: string): boolean {
  return SECTIONS.some((section) => section === name);
}
