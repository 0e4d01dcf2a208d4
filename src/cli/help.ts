import { CommandHelp, Help, type Command } from '@oclif/core';
import { EXIT_CODES, type ExitName } from '../errors/index.js';
import { COMMON_VARIABLES } from './variables.js';

/** Exit codes any command may end with. */
const COMMON_EXITS: readonly ExitName[] = ['ok', 'unexpected', 'usage', 'interrupted', 'terminated'];
/** Those of commands that call the control plane. */
const NETWORK_EXITS: readonly ExitName[] = [
  'unauthenticated',
  'forbidden',
  'notFound',
  'conflict',
  'unavailable',
];

const isExitName = (name: unknown): name is ExitName =>
  typeof name === 'string' && Object.hasOwn(EXIT_CODES, name);

/** Exit codes a command documents, in numeric order. */
function exitCodesOf(declared: readonly unknown[]): { code: number; meaning: string }[] {
  const names = new Set<ExitName>([...COMMON_EXITS, ...NETWORK_EXITS, ...declared.filter(isExitName)]);
  return [...names].map((name) => EXIT_CODES[name]).sort((a, b) => a.code - b.code);
}

/** Most texts hold no template, and compiling one takes longer than printing it. */
function quickRender(render: (text: string) => string): (text: string) => string {
  return (text) => (text.includes('<%') ? render(text) : text);
}

class ThothCommandHelp extends CommandHelp {
  constructor(...given: ConstructorParameters<typeof CommandHelp>) {
    super(...given);
    this.render = quickRender(this.render);
  }

  /** Global flags would fill the usage of every command; they have their own section below. */
  protected override defaultUsage(): string {
    const { command } = this;
    const own = Object.entries(command.flags).filter(([, flag]) => flag.helpGroup !== 'GLOBAL');
    this.command = { ...command, flags: Object.fromEntries(own) };
    const usage = super.defaultUsage();
    this.command = command;
    const child = 'takesCommand' in command && command.takesCommand === true ? ' -- COMMAND...' : '';
    return `${usage} [GLOBAL FLAGS]${child}`;
  }

  protected override sections(): ReturnType<CommandHelp['sections']> {
    const declared =
      'exitCodes' in this.command && Array.isArray(this.command.exitCodes) ? this.command.exitCodes : [];
    const variables =
      'variables' in this.command && typeof this.command.variables === 'object'
        ? { ...this.command.variables }
        : {};
    return [
      ...super.sections(),
      {
        header: 'ENVIRONMENT',
        generate: (_data, header) => ({
          header,
          body: Object.entries({ ...variables, ...COMMON_VARIABLES }).map(
            ([name, text]): [string, string] => [name, String(text)],
          ),
        }),
      },
      {
        header: 'EXIT CODES',
        generate: (_data, header) => ({
          header,
          body: exitCodesOf(declared).map(({ code, meaning }): [string, string] => [String(code), meaning]),
        }),
      },
    ];
  }
}

/** oclif's help with two sections more: the variables a command reads and the exit codes it ends with. */
export default class ThothHelp extends Help {
  protected override CommandHelpClass = ThothCommandHelp;

  constructor(...given: ConstructorParameters<typeof Help>) {
    super(...given);
    this.render = quickRender(this.render);
  }

  override showCommandHelp(command: Command.Loadable): Promise<void> {
    return super.showCommandHelp(command);
  }

  override showRootHelp(): Promise<void> {
    return super.showRootHelp();
  }

  override showTopicHelp(topic: Parameters<Help['showTopicHelp']>[0]): Promise<void> {
    return super.showTopicHelp(topic);
  }
}
