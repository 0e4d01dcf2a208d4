import type { Interfaces } from '@oclif/core';

/** No argument ever falls back to stdin, whatever its declaration says: that would eat the input of a shell loop. */
export function hardenArgs(args: Interfaces.ArgInput): Interfaces.ArgInput {
  return Object.fromEntries(Object.entries(args).map(([name, arg]) => [name, { ...arg, ignoreStdin: true }]));
}

/** A repeatable flag takes one value each time, so that it never swallows the arguments behind it. */
export function hardenFlags(flags: Interfaces.FlagInput): Interfaces.FlagInput {
  return Object.fromEntries(
    Object.entries(flags).map(([name, flag]) => [
      name,
      flag.type === 'option' && flag.multiple && !flag.delimiter
        ? { ...flag, multipleNonGreedy: true }
        : flag,
    ]),
  );
}
