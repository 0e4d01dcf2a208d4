import { basename } from 'node:path';
import type { Launch } from './document.js';

/** How `thothctl run` is started in place of a server. */
export interface Wrapper {
  readonly command: string;
  /** Stands before `run`, for example the script an interpreter is to start. */
  readonly prefix: readonly string[];
  /** Flags of `run` that every server gets; `--agent-id` comes from the server's name unless it is among them. */
  readonly flags: readonly (readonly [name: string, value: string | true])[];
}

/** A launch that goes through `run`, taken apart. */
export interface Wrapped {
  readonly flags: ReadonlyMap<string, readonly string[]>;
  /** How the server is started without us; undefined when it is reached by URL. */
  readonly original: Launch | undefined;
  /** Arguments that lead to a server reached by URL. */
  readonly remote: readonly string[];
}

const OURS = /^(?:thothctl|thoth)(?:\.(?:exe|cmd|ps1|[cm]?js))?$/i;
const SCRIPT = /^run\.cjs$/i;

/** The launch of a server under `thothctl run`; one that is wrapped already is wrapped anew. */
export function wrap(name: string, launch: Launch, wrapper: Wrapper): Launch {
  const wrapped = readWrapped(launch);
  if (wrapped !== undefined && wrapped.original === undefined)
    return wrapRemote(name, wrapped.remote, wrapper);
  const original = wrapped?.original ?? launch;
  return launchOf(name, wrapper, wrapper.flags, ['--mcp', '--', original.command, ...original.args]);
}

/** A launch that stands before a server reached by URL; `rest` leads to it. Nothing is started that variables are for. */
export function wrapRemote(name: string, rest: readonly string[], wrapper: Wrapper): Launch {
  const flags = wrapper.flags.filter(([flag]) => flag !== 'env');
  return launchOf(name, wrapper, flags, rest);
}

function launchOf(
  name: string,
  { command, prefix, flags: all }: Wrapper,
  given: Wrapper['flags'],
  rest: readonly string[],
): Launch {
  const named = all.some(([flag]) => flag === 'agent-id');
  const flags = [...(named ? [] : [['agent-id', name] as const]), ...given];
  const words = flags.flatMap(([flag, value]) => (value === true ? [`--${flag}`] : [`--${flag}`, value]));
  return { command, args: [...prefix, 'run', ...words, ...rest] };
}

/** Undefined for a launch that does not go through us. The existing tool's own wrapping is recognised too. */
export function readWrapped({ command, args }: Launch): Wrapped | undefined {
  const words = [command, ...args];
  // `thothctl run`, `node …/bin/run.cjs run`, `npx -y thothctl run`: the verb comes soon or not at all.
  const verb = words
    .slice(0, 5)
    .findIndex((word, index) => index > 0 && word === 'run' && isOurs(words[index - 1]));
  if (verb === -1) return undefined;
  const end = words.indexOf('--', verb);
  if (end === -1) {
    const flags = flagsOf(words.slice(verb + 1));
    const remote = ['mcp-http', 'header'].flatMap((name) =>
      (flags.get(name) ?? []).flatMap((value) => [`--${name}`, value]),
    );
    return flags.has('mcp-http') ? { flags, original: undefined, remote } : undefined;
  }
  const program = words[end + 1];
  if (program === undefined) return undefined;
  return {
    flags: flagsOf(words.slice(verb + 1, end)),
    original: { command: program, args: words.slice(end + 2) },
    remote: [],
  };
}

function isOurs(word: string | undefined): boolean {
  const name = basename((word ?? '').replaceAll('\\', '/'));
  return OURS.test(name) || SCRIPT.test(name);
}

function flagsOf(words: readonly string[]): Map<string, string[]> {
  const flags = new Map<string, string[]>();
  for (let index = 0; index < words.length; index += 1) {
    const match = /^--([^=]+)(?:=([^]*))?$/.exec(words[index] ?? '');
    if (match === null) continue;
    const [, name = '', inline] = match;
    const next = words[index + 1];
    const value = inline ?? (next !== undefined && !next.startsWith('--') ? next : 'true');
    flags.set(name, [...(flags.get(name) ?? []), value]);
  }
  return flags;
}

export function sameLaunch(left: Launch, right: Launch): boolean {
  return (
    left.command === right.command &&
    left.args.length === right.args.length &&
    left.args.every((value, index) => value === right.args[index])
  );
}
