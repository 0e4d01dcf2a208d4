import { ThothctlError, usageError } from '../errors/index.js';
import { cleanText } from '../output/index.js';
import { nearest } from '../errors/nearest.js';

/** What is known of the command whose arguments did not parse. */
export interface ParsedCommand {
  readonly id: string;
  readonly flagNames: readonly string[];
  readonly argv: readonly string[];
  /** True for commands that hand everything after `--` to a child. */
  readonly passthrough: boolean;
}

const strings = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];

function tidy(message: string): string {
  return cleanText(message)
    .replace(/\n?See more help with --help/gu, '')
    .replace(/^The following errors? occurred:\s*/u, '')
    .replace(/Missing required flag (?=\S)/gu, 'Missing required flag --')
    .replace(/^Parsing (--\S+)\s+/u, '$1 ')
    .replace(/^(--\S+) Expected (.+) but received: (.*)$/u, '$1 expects $2, not $3')
    .trim();
}

function unknownFlags(flags: readonly string[], command: ParsedCommand): ThothctlError {
  // `--flag=value` of an unknown flag may hold a secret: the value is cut off.
  const names = flags.map((flag) => flag.split('=', 1)[0] ?? flag);
  const meant =
    names[0] === undefined
      ? undefined
      : nearest(
          names[0],
          command.flagNames.map((name) => `--${name}`),
        );
  const help = `Run thothctl ${command.id} --help for the flags it takes.`;
  return usageError(
    `Unknown flag${names.length === 1 ? '' : 's'}: ${names.join(', ')}`,
    meant === undefined ? help : `Did you mean ${meant}? ${help}`,
    meant === undefined ? undefined : { suggestion: meant },
  );
}

function unexpectedArguments(args: readonly string[], command: ParsedCommand): ThothctlError {
  const [first = ''] = args;
  if (command.passthrough)
    return usageError(
      'The command to run must stand after "--".',
      `For example: thothctl ${command.id} -- ${cleanText(first)}`,
    );
  // A value typed after a switch is often a secret (`--auth-token-stdin eyJ…`), so the switch is named, not the value.
  const before = command.argv[command.argv.indexOf(first) - 1];
  const what = before?.startsWith('--')
    ? `Unexpected value after ${before}, which takes none`
    : `Unexpected argument${args.length === 1 ? '' : 's'}: ${args.join(' ')}`;
  return usageError(what, `Run thothctl ${command.id} --help for the arguments it takes.`);
}

/** Turns an oclif parse error into ours; anything that is none is returned as undefined. */
export function fromParseFailure(error: unknown, command: ParsedCommand): ThothctlError | undefined {
  if (!(error instanceof Error)) return undefined;
  if (error instanceof ThothctlError) {
    if (!error.message.startsWith('Parsing --')) return undefined;
    return usageError(tidy(error.message), error.fix ?? `Run thothctl ${command.id} --help.`);
  }
  const isOclif = 'oclif' in error && typeof error.oclif === 'object';
  if (!isOclif && !error.message.startsWith('Parsing --')) return undefined;
  // The classes are not exported and their names do not survive the build, so they are told apart by what they carry.
  if ('flags' in error && Array.isArray(error.flags)) return unknownFlags(strings(error.flags), command);
  const args = 'args' in error ? strings(error.args) : [];
  return args.length > 0
    ? unexpectedArguments(args, command)
    : usageError(tidy(error.message), `Run thothctl ${command.id} --help.`);
}
