import { EXIT_CODES } from '../../errors/index.js';
import { COMMON_VARIABLES } from '../variables.js';
import type { ArgReference, CommandReference, FlagReference } from './commands.js';

const WIDTH = 100;

function wrap(text: string, indent: number): string {
  const pad = ' '.repeat(indent);
  const lines: string[] = [];
  for (const paragraph of text.split('\n')) {
    let line = '';
    for (const word of paragraph.split(' ')) {
      if (line !== '' && indent + line.length + 1 + word.length > WIDTH) {
        lines.push(pad + line);
        line = word;
      } else line = line === '' ? word : `${line} ${word}`;
    }
    lines.push(pad + line);
  }
  return lines.map((line) => line.trimEnd()).join('\n');
}

function item(name: string, text: string | undefined): string {
  return text === undefined || text === '' ? `    ${name}` : `    ${name}\n${wrap(text, 8)}`;
}

function flagItem(flag: FlagReference): string {
  const value = flag.type === 'boolean' ? '' : ` ${flag.options?.join('|') ?? flag.value ?? '<value>'}`;
  const notes = [flag.required ? 'required' : '', flag.multiple ? 'repeatable' : '']
    .filter(Boolean)
    .join(', ');
  const description = [flag.description, notes && `(${notes})`].filter(Boolean).join(' ');
  return item(`${flag.char === undefined ? '' : `-${flag.char}, `}--${flag.name}${value}`, description);
}

function argWord({ name, required }: ArgReference): string {
  return required ? name.toUpperCase() : `[${name.toUpperCase()}]`;
}

function commandSection(bin: string, reference: CommandReference): string {
  const own = reference.flags.filter((flag) => !flag.global);
  const usage = [
    bin,
    reference.command,
    ...reference.args.map(argWord),
    ...own
      .filter((flag) => flag.required)
      .map((flag) => `--${flag.name}${flag.type === 'boolean' ? '' : ' <value>'}`),
    '[flags]',
    ...(reference.takesCommand ? ['-- COMMAND...'] : []),
  ].join(' ');
  const parts = [`${bin} ${reference.command}`, wrap(reference.summary ?? '', 4), '', `    $ ${usage}`];
  if (reference.description !== undefined) parts.push('', wrap(reference.description, 4));
  if (reference.args.length > 0)
    parts.push('', ...reference.args.map((arg) => item(arg.name.toUpperCase(), arg.description)));
  if (own.length > 0) parts.push('', ...own.map(flagItem));
  const variables = Object.entries(reference.variables);
  if (variables.length > 0) parts.push('', ...variables.map(([name, meaning]) => item(name, meaning)));
  for (const example of reference.examples) parts.push('', wrap(example, 4));
  return parts.join('\n');
}

/** The whole manual as plain text: every command, flag, variable and exit code. */
export function manualText(bin: string, version: string, commands: readonly CommandReference[]): string {
  const globals = commands[0]?.flags.filter((flag) => flag.global) ?? [];
  const sections = [
    ['NAME', `    ${bin} ${version} - control plane of Thoth, runtime action governance for AI agents`],
    ['SYNOPSIS', `    ${bin} COMMAND [ARGUMENTS] [FLAGS]\n    ${bin} run [FLAGS] -- COMMAND...`],
    [
      'DESCRIPTION',
      wrap(
        'The result goes to stdout and nothing else does; notices, progress and prompts go to stderr. With --json stdout holds exactly one JSON document, on failure too. A flag beats an environment variable, which beats the selected context, which beats the default; "config explain" says which of them won. Secrets are read from files, stdin or variables.',
        4,
      ),
    ],
    ['COMMANDS', commands.map((command) => item(command.command, command.summary)).join('\n')],
    ['GLOBAL FLAGS', globals.map(flagItem).join('\n')],
    [
      'ENVIRONMENT',
      Object.entries(COMMON_VARIABLES)
        .map(([name, meaning]) => item(name, meaning))
        .join('\n'),
    ],
    [
      'EXIT CODES',
      Object.values(EXIT_CODES)
        .map(({ code, meaning }) => `    ${String(code).padEnd(5)}${meaning}`)
        .join('\n'),
    ],
    ['COMMANDS IN FULL', commands.map((command) => commandSection(bin, command)).join('\n\n')],
  ];
  return `${sections.map(([title, body]) => `${title}\n${body}`).join('\n\n')}\n`;
}
