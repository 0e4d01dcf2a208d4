import { Flags, repeatable } from '../../cli/flags.js';

/** Three ways to say what the settings should hold; they combine, the more exact one wins. */
export const patchFlags = {
  set: repeatable({
    description: 'one member, for example shadow_policy.high=block; the value is JSON or text, null clears',
    helpValue: '<path=value>',
  }),
  'set-file': repeatable({
    description: 'one member from the text of a file: the way for secrets',
    helpValue: '<path=FILE>',
  }),
  file: Flags.string({ description: 'JSON or YAML document to merge', helpValue: '<file>' }),
};
