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
  readonly original: Launch;
}

const OURS = /^(?:thothctl|thoth)(?:\.(?:exe|cmd|ps1|[cm]?js))?$/i;
const SCRIPT = /^run\.cjs$/i;

/** The launch of a server under `thothctl run`; one that is wrapped already is wrapped anew. */
export function wrap(name: string, launch: Launch, wrapper: Wrapper): Launch {
  const original = readWrapped(launch)?.original ?? launch;
  const named = wrapper.flags.some(([flag]) => flag === 'agent-id');
  const flags = [...(named ? [] : [['agent-id', name] as const]), ...wrapper.flags];
  return {
    command: wrapper.command,
    args: [
      ...wrapper.prefix,
      'run',
      ...flags.flatMap(([flag, value]) => (value === true ? [`--${flag}`] : [`--${flag}`, value])),
      '--mcp',
      '--',
      original.command,
      ...original.args,
    ],
  };
}

/** Undefined for a launch that does not go through us. The existing tool's own wrapping is recognised too. */
export function readWrapped({ command, args }: Launch): Wrapped | undefined {
  const words = [command, ...args];
  // `thothctl run`, `node …/bin/run.cjs run`, `npx -y thothctl run`: the verb comes soon or not at all.
  const verb = words
    .slice(0, 5)
    .findIndex((word, index) => index > 0 && word === 'run' && isOurs(words[index - 1]));
  const end = verb === -1 ? -1 : words.indexOf('--', verb);
  const program = end === -1 ? undefined : words[end + 1];
  if (program === undefined) return undefined;
  return {
    flags: flagsOf(words.slice(verb + 1, end)),
    original: { command: program, args: words.slice(end + 2) },
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
