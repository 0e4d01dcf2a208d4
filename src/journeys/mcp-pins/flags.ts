import { arg, Flags } from '../../cli/flags.js';

export const serverArg = {
  server: arg({ description: 'name or id of a server; all of them without it' }),
};

export const toolFlag = {
  tool: Flags.string({ description: 'only this tool', helpValue: '<name>' }),
};
