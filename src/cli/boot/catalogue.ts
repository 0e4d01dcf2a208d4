import type { Command } from '@oclif/core';
import type { RunnableCommand } from '../command.js';

/** What root and topic help need to know of a command. */
export interface CommandEntry {
  readonly id: string;
  readonly summary?: string;
  readonly hidden: boolean;
  readonly aliases: readonly string[];
  readonly hiddenAliases: readonly string[];
}

/** The commands of this program: a light index, and loaders for the rest. */
export interface Catalogue {
  /** Command ids and aliases, to the id they stand for; ids use colons. */
  readonly names: Readonly<Record<string, string>>;
  entries(): Promise<readonly CommandEntry[]>;
  load(id: string): Promise<RunnableCommand>;
  /** Full declaration, without loading the class where a generated one is at hand. */
  definition(id: string): Promise<Command.Cached>;
}

/** A command found in argv. */
export interface Match {
  readonly id: string;
  /** The words it was called by, colon separated. */
  readonly name: string;
  readonly argv: readonly string[];
}

/** Longest run of leading words that names a command. `auth login x` and `auth:login x` both match `auth:login`. */
export function matchCommand(names: Catalogue['names'], argv: readonly string[]): Match | undefined {
  const words: string[] = [];
  for (const token of argv) {
    if (token.startsWith('-') || token === '') break;
    words.push(token);
  }
  for (let count = Math.min(words.length, 5); count > 0; count--) {
    const name = words.slice(0, count).join(':');
    if (!Object.hasOwn(names, name)) continue;
    const id = names[name];
    if (id !== undefined) return { id, name, argv: argv.slice(count) };
  }
  return undefined;
}

/** Names of commands; a topic on its own stands for its `list`. */
export function namesOf(entries: readonly CommandEntry[]): Record<string, string> {
  const names: Record<string, string> = {};
  for (const { id } of entries) if (id.endsWith(':list')) names[id.slice(0, -':list'.length)] = id;
  for (const { id, aliases, hiddenAliases } of entries)
    for (const alias of [...aliases, ...hiddenAliases]) names[alias.replaceAll(' ', ':')] = id;
  for (const { id } of entries) names[id] = id;
  return names;
}
