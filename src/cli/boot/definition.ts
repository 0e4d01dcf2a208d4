import type { Command } from '@oclif/core';
import type { CommandEntry } from './catalogue.js';

const named = <Declaration extends object>(declarations: Readonly<Record<string, Declaration>>) =>
  Object.fromEntries(
    Object.entries(declarations).map(([name, declaration]) => [name, { ...declaration, name }]),
  );

/** The statics of a command class. */
type Declaration = Pick<Command.Class, keyof Command.Class>;

/**
 * The declaration of a command as help, manifest and completion read it: the JSON-safe part of the class, with base
 * flags merged in. Functions fall away when it is serialised.
 */
export function definitionOf(
  id: string,
  command: Declaration,
): Omit<Command.Cached, 'flags' | 'args'> & {
  flags: Record<string, object>;
  args: Record<string, object>;
} {
  const extras = {
    ...('exitCodes' in command && { exitCodes: command.exitCodes }),
    ...('variables' in command && { variables: command.variables }),
    ...('takesCommand' in command && { takesCommand: command.takesCommand }),
  };
  return {
    ...extras,
    id,
    ...(command.summary !== undefined && { summary: command.summary }),
    ...(command.description !== undefined && { description: command.description }),
    ...(command.usage !== undefined && { usage: command.usage }),
    aliases: command.aliases ?? [],
    hiddenAliases: command.hiddenAliases ?? [],
    hidden: command.hidden === true,
    strict: command.strict !== false,
    examples: command.examples ?? [],
    hasDynamicHelp: false,
    pluginName: 'thothctl',
    pluginType: 'core',
    flags: named({ ...command.baseFlags, ...command.flags }),
    args: named(command.args ?? {}),
  };
}

/** The part of a declaration that root and topic help show. */
export function entryOf(id: string, command: Declaration): CommandEntry {
  return {
    id,
    ...(command.summary !== undefined && { summary: command.summary }),
    hidden: command.hidden === true,
    aliases: command.aliases ?? [],
    hiddenAliases: command.hiddenAliases ?? [],
  };
}
