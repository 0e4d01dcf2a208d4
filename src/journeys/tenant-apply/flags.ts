import { arg, Flags, repeatable } from '../../cli/flags.js';
import type { ChangeOptions } from '../../tenant/changes.js';
import { SECTIONS, type SectionName } from '../../tenant/index.js';

export const fileArg = arg({ description: 'tenant file [default: thoth.tenant.yaml]' });

export const planFlags = {
  prune: repeatable({
    description: 'remove what the file does not have, in this section; repeatable',
    options: SECTIONS.filter((section) => section !== 'settings' && section !== 'agents'),
  }),
  secrets: Flags.boolean({ description: 'write secrets anew: they cannot be compared' }),
};

export const DEFAULT_FILE = 'thoth.tenant.yaml';

export function changeOptions(flags: {
  readonly prune?: readonly string[] | undefined;
  readonly secrets: boolean;
}): ChangeOptions {
  const prune = new Set<SectionName>(SECTIONS.filter((section) => flags.prune?.includes(section)));
  return { prune, secrets: flags.secrets };
}
