import { Flags } from '../../cli/flags.js';
import { usageError } from '../../errors/index.js';
import { INPUT_FORMATS, type InputFormat } from './source.js';

const GROUP = 'BULK';

/** Flags of a verb that also takes a file of rows. */
export const bulkFlags = {
  'from-file': Flags.string({
    description: 'do it for every row of this CSV, JSON, NDJSON or YAML file; - reads stdin',
    helpGroup: GROUP,
    helpValue: '<file>',
  }),
  'input-format': Flags.option({
    options: INPUT_FORMATS,
    description: 'form of the file; by default that of its name, or what it looks like',
    helpGroup: GROUP,
    dependsOn: ['from-file'],
  })(),
  'failed-file': Flags.string({
    description: 'where rows that failed are written, to be run again; by default beside the input',
    helpGroup: GROUP,
    helpValue: '<file>',
    dependsOn: ['from-file'],
  }),
  concurrency: Flags.integer({
    description: 'requests under way at a time (default 16)',
    helpGroup: GROUP,
    min: 1,
    max: 64,
    dependsOn: ['from-file'],
  }),
};

export interface FromFile {
  /** A path, or `-` for stdin. */
  readonly 'from-file'?: string | undefined;
  readonly 'input-format'?: InputFormat | undefined;
  readonly 'failed-file'?: string | undefined;
  readonly concurrency?: number | undefined;
}

/** @throws ThothctlError `usage` for anything that describes one resource beside a file that describes many. */
export function strayFlags(flags: object, names: readonly string[], argument: string | undefined): void {
  const stray = names.find((name) => Reflect.get(flags, name) !== undefined);
  if (stray === undefined && argument === undefined) return;
  throw usageError(
    `${stray === undefined ? `the argument ${argument}` : `--${stray}`} and --from-file contradict each other`,
    'describe one resource on the command line, or all of them in the file',
  );
}
