import type { Config } from '@oclif/core';
import { LightConfig } from '../boot/light-config.js';

/** A flag as the manual and `capabilities` show it. */
export interface FlagReference {
  readonly name: string;
  readonly char?: string;
  readonly type: 'boolean' | 'option';
  readonly description?: string;
  readonly value?: string;
  readonly options?: readonly string[];
  readonly required: boolean;
  readonly multiple: boolean;
  readonly global: boolean;
}

export interface ArgReference {
  readonly name: string;
  readonly description?: string;
  readonly required: boolean;
  readonly options?: readonly string[];
}

export interface CommandReference {
  /** With spaces: `settings get`. */
  readonly command: string;
  readonly summary?: string;
  readonly description?: string;
  readonly args: readonly ArgReference[];
  readonly flags: readonly FlagReference[];
  readonly examples: readonly string[];
  readonly variables: Readonly<Record<string, string>>;
  readonly takesCommand: boolean;
}

type Fields = Readonly<Record<string, unknown>>;

function fieldsOf(value: unknown): Fields {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}

const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);
const texts = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];

function argOf([name, declared]: [string, unknown]): ArgReference {
  const arg = fieldsOf(declared);
  const description = text(arg['description']);
  const options = texts(arg['options']);
  return {
    name,
    ...(description !== undefined && { description }),
    required: arg['required'] === true,
    ...(options.length > 0 && { options }),
  };
}

function flagOf([name, declared]: [string, unknown]): FlagReference[] {
  const flag = fieldsOf(declared);
  if (flag['hidden'] === true) return [];
  const [description, char, value] = [text(flag['description']), text(flag['char']), text(flag['helpValue'])];
  const options = texts(flag['options']);
  return [
    {
      name,
      ...(char !== undefined && { char }),
      type: flag['type'] === 'boolean' ? 'boolean' : 'option',
      ...(description !== undefined && { description }),
      ...(value !== undefined && { value }),
      ...(options.length > 0 && { options }),
      required: flag['required'] === true,
      multiple: flag['multiple'] === true,
      global: flag['helpGroup'] === 'GLOBAL',
    },
  ];
}

function exampleOf(example: unknown): string {
  if (typeof example === 'string') return example;
  const { description, command } = fieldsOf(example);
  return [text(description), text(command)].filter(Boolean).join('\n');
}

function referenceOf(definition: unknown, bin: string): CommandReference {
  const declared = fieldsOf(definition);
  const id = text(declared['id']) ?? '';
  const [summary, description] = [text(declared['summary']), text(declared['description'])];
  const examples = Array.isArray(declared['examples']) ? declared['examples'] : [];
  const fill = (template: string) =>
    template.replaceAll('<%= config.bin %>', bin).replaceAll('<%= command.id %>', id.replaceAll(':', ' '));
  const variables = Object.entries(fieldsOf(declared['variables'])).map(([name, value]) => [
    name,
    String(value),
  ]);
  return {
    command: id.replaceAll(':', ' '),
    ...(summary !== undefined && { summary }),
    ...(description !== undefined && { description: fill(description) }),
    args: Object.entries(fieldsOf(declared['args'])).map(argOf),
    flags: Object.entries(fieldsOf(declared['flags'])).flatMap(flagOf),
    examples: examples.map((example) => fill(exampleOf(example))),
    variables: Object.fromEntries(variables),
    takesCommand: declared['takesCommand'] === true,
  };
}

/** Every visible command, by name. Under oclif's own loader the declarations come from its manifest. */
export async function referenceOfCommands(config: Config): Promise<CommandReference[]> {
  const definitions: readonly unknown[] =
    config instanceof LightConfig ? await config.definitions() : config.commands;
  return definitions
    .filter((definition) => fieldsOf(definition)['hidden'] !== true)
    .map((definition) => referenceOf(definition, config.bin))
    .sort((a, b) => (a.command < b.command ? -1 : 1));
}
