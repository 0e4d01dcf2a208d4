import { Args, Flags, type Interfaces } from '@oclif/core';
import { usageError } from '../errors/index.js';
import { FORMATS } from '../output/index.js';

export { Flags };

const GLOBAL = 'GLOBAL';

/**
 * A positional argument. It never falls back to stdin: oclif would otherwise swallow the input of a shell loop for
 * any argument that is missing.
 */
export const arg = Args.custom<string>({ ignoreStdin: true });

/** A flag given any number of times, one value each: `--permission read --permission execute`. */
export const repeatable = Flags.custom<string>({ multiple: true, multipleNonGreedy: true });

const TRUE = /^(true|1|yes|on)$/iu;
const FALSE = /^(false|0|no|off)$/iu;

/** A boolean that takes a value, as existing scripts write it: `--webhook-enabled true`. */
export function booleanValue(options: {
  readonly description: string;
  readonly helpGroup?: string;
  readonly aliases?: string[];
}) {
  return Flags.custom<boolean>({
    ...options,
    helpValue: '<true|false>',
    parse: (input) => {
      if (TRUE.test(input)) return Promise.resolve(true);
      if (FALSE.test(input)) return Promise.resolve(false);
      throw usageError(`expects true or false, not ${JSON.stringify(input)}`);
    },
  })();
}

/** A number that may have a fraction; oclif has whole ones only. */
export function decimal(text: string): Promise<number> {
  const value = text.trim() === '' ? Number.NaN : Number(text);
  if (Number.isFinite(value) && value >= 0) return Promise.resolve(value);
  throw usageError(`expects a number of at least 0, not ${JSON.stringify(text)}`, 'write for example 0.5');
}

/** `--dry-run`, for every verb that changes something. */
export const dryRunFlag = {
  'dry-run': Flags.boolean({ description: 'show what would be done; send no changing request' }),
};

/** Flags that choose one page of a list. */
export const OF_ONE_PAGE = ['limit', 'page', 'per-page', 'offset', 'after', 'before', 'from-sequence'];

/** On every list of more than one page; contradicts those of the command's flags that choose one. */
export function allFlag(flags: object) {
  return {
    all: Flags.boolean({
      description: 'every page, not one',
      exclusive: OF_ONE_PAGE.filter((name) => name in flags),
    }),
  };
}

/** `--format` of a command that has forms of its own beside the common ones; see `Result.forms`. */
export function ownFormats(...own: readonly string[]) {
  return {
    format: Flags.option({
      options: [...FORMATS, ...own],
      description: 'form of the result',
      helpGroup: GLOBAL,
    })(),
  };
}

/** Flags of every command. Values come from flags only; `src/context` adds environment, context and defaults. */
export const baseFlags = {
  'tenant-id': Flags.string({
    description: 'tenant to work on [env: THOTH_TENANT_ID]',
    helpGroup: GLOBAL,
    helpValue: '<slug>',
  }),
  'govapi-url': Flags.string({
    description:
      'base URL of the control plane, instead of the one derived from tenant and domain [env: THOTH_GOVAPI_URL]',
    helpGroup: GLOBAL,
    helpValue: '<url>',
  }),
  'apex-domain': Flags.string({
    description: 'DNS suffix from which the control-plane host is derived',
    helpGroup: GLOBAL,
    helpValue: '<domain>',
  }),
  context: Flags.string({
    description: 'saved context to use for this command [env: THOTHCTL_CONTEXT]',
    helpGroup: GLOBAL,
    helpValue: '<name>',
  }),
  'auth-token': Flags.string({
    description:
      'admin bearer token, visible to other processes; prefer the forms below [env: THOTH_AUTH_TOKEN]',
    helpGroup: GLOBAL,
    helpValue: '<token>',
  }),
  'auth-token-file': Flags.string({
    description: 'file that holds the admin bearer token',
    helpGroup: GLOBAL,
    helpValue: '<file>',
  }),
  'auth-token-stdin': Flags.boolean({
    description: 'read the admin bearer token from stdin',
    helpGroup: GLOBAL,
  }),
  'org-api-key': Flags.string({
    description:
      'organization API key, visible to other processes; prefer the forms below [env: THOTH_ORG_API_KEY]',
    helpGroup: GLOBAL,
    helpValue: '<key>',
  }),
  'org-api-key-file': Flags.string({
    description: 'file that holds the organization API key',
    helpGroup: GLOBAL,
    helpValue: '<file>',
  }),
  'org-api-key-stdin': Flags.boolean({
    description: 'read the organization API key from stdin',
    helpGroup: GLOBAL,
  }),
  'timeout-seconds': Flags.integer({
    description: 'time limit of each request',
    helpGroup: GLOBAL,
    helpValue: '<n>',
    min: 1,
    max: 3600,
  }),
  'ca-file': Flags.string({
    description: 'PEM file of the certificate authority to trust',
    helpGroup: GLOBAL,
    helpValue: '<file>',
  }),
  'insecure-http': Flags.boolean({
    description: 'allow plain http to a host that is not loopback',
    helpGroup: GLOBAL,
  }),
  json: Flags.boolean({ description: 'one JSON document on stdout, on failure too', helpGroup: GLOBAL }),
  format: Flags.option({ options: FORMATS, description: 'form of the result', helpGroup: GLOBAL })(),
  query: Flags.string({
    description: 'JMESPath expression applied to the result',
    helpGroup: GLOBAL,
    helpValue: '<expression>',
  }),
  output: Flags.string({
    description: 'write the result to this file, replacing it in one step',
    helpGroup: GLOBAL,
    helpValue: '<file>',
  }),
  'no-input': Flags.boolean({ description: 'never ask; a missing value is an error', helpGroup: GLOBAL }),
  yes: Flags.boolean({ char: 'y', description: 'answer yes to every confirmation', helpGroup: GLOBAL }),
  quiet: Flags.boolean({ char: 'q', description: 'no notices or progress on stderr', helpGroup: GLOBAL }),
  debug: Flags.boolean({ description: 'trace requests on stderr, secrets redacted', helpGroup: GLOBAL }),
  'no-color': Flags.boolean({ description: 'no colour, whatever the terminal can do', helpGroup: GLOBAL }),
};

type SecretFlags<Name extends string> = Record<
  Name | `${Name}-file`,
  Interfaces.OptionFlag<string | undefined>
> &
  Record<`${Name}-stdin`, Interfaces.BooleanFlag<boolean>>;

/** Name of the variable that answers a secret flag: `webhook-secret` is `THOTH_WEBHOOK_SECRET`. */
export function secretVariable(name: string): string {
  return `THOTH_${name.replaceAll('-', '_').toUpperCase()}`;
}

/** The family `--x`, `--x-file`, `--x-stdin` for a secret `x`; read it with `this.secret('x')`. */
export function secretFlags<Name extends string>(name: Name, what: string): SecretFlags<Name>;
export function secretFlags(name: string, what: string): object {
  return {
    [name]: Flags.string({
      description: `${what}, visible to other processes; prefer --${name}-file or --${name}-stdin [env: ${secretVariable(name)}]`,
    }),
    [`${name}-file`]: Flags.string({ description: `file that holds the ${what}`, helpValue: '<file>' }),
    [`${name}-stdin`]: Flags.boolean({ description: `read the ${what} from stdin` }),
  };
}
