import type { Command, Interfaces } from '@oclif/core';
import { splitArgv } from '../argv.js';
import ThothHelp from '../help.js';
import { matchCommand, type Catalogue, type CommandEntry } from './catalogue.js';
import type { LightConfig } from './light-config.js';
import { unknownCommand } from './unknown-command.js';

/** Topics declared in package.json, and one for each further folder of commands. */
function topicsOf(
  entries: readonly CommandEntry[],
  declared: Readonly<Record<string, { description?: string }>>,
): Interfaces.Topic[] {
  const names = new Set<string>();
  for (const { id, hidden } of entries) {
    if (hidden) continue;
    const parts = id.split(':');
    while (parts.length > 0) {
      names.add(parts.join(':'));
      parts.pop();
    }
  }
  return [...names].map((name) => {
    const own = entries.find((entry) => entry.id === name)?.summary;
    const description = declared[name]?.description ?? own;
    return { name, ...(description !== undefined && { description }) };
  });
}

/** Help works from declarations alone. */
const neverLoaded = () => Promise.reject(new TypeError('help loads no command'));

function loadable(entry: CommandEntry): Command.Loadable {
  return {
    ...entry,
    aliases: [...entry.aliases],
    hiddenAliases: [...entry.hiddenAliases],
    args: {},
    flags: {},
    load: neverLoaded,
  };
}

/** Help for the root, a topic or a command, by oclif's own renderer. */
export async function showHelp(
  argv: readonly string[],
  catalogue: Catalogue,
  config: LightConfig,
): Promise<void> {
  const words = splitArgv(argv).own.filter(
    (token) => token !== '--help' && token !== '-h' && token !== 'help',
  );
  const leading = words.findIndex((word) => word.startsWith('-'));
  const subject = leading < 0 ? words : words.slice(0, leading);
  const match = matchCommand(catalogue.names, subject);
  const entries = await catalogue.entries();
  const commands = entries.map((entry) => loadable(entry));
  const { topics } = config.pjson.oclif;
  config.present(commands, topicsOf(entries, typeof topics === 'object' ? topics : {}));
  const help = new ThothHelp(config, config.pjson.oclif.helpOptions);
  const isTopic = subject.length > 0 && config.findTopic(subject.join(':')) !== undefined;
  if (match && !(isTopic && match.id !== subject.join(':'))) {
    const definition = await catalogue.definition(match.id);
    const full: Command.Loadable = { ...definition, load: neverLoaded };
    const others = commands.filter((command) => command.id !== match.id);
    config.present([...others, full], config.topics);
    return help.showCommandHelp(full);
  }
  if (subject.length === 0) return help.showRootHelp();
  const topic = config.findTopic(subject.join(':'));
  if (topic === undefined) throw unknownCommand(subject, catalogue);
  return help.showTopicHelp(topic);
}
