import { FORMATS, type Format, type OutputOptions } from '../output/index.js';

function formatOf(flags: Readonly<Record<string, unknown>>): Format | undefined {
  if (flags['json'] === true) return 'json';
  return FORMATS.find((format) => format === flags['format']);
}

/** Output options from the base flags and the streams of this process. */
export function outputOptions(flags: Readonly<Record<string, unknown>>): OutputOptions {
  const format = formatOf(flags);
  const { query, output } = flags;
  const own = flags['format'];
  return {
    ...(format && { format }),
    ...(!format && typeof own === 'string' && { form: own }),
    ...(typeof query === 'string' && { query }),
    ...(typeof output === 'string' && { file: output }),
    quiet: flags['quiet'] === true,
    noColor: flags['no-color'] === true,
    stdout: process.stdout,
    stderr: process.stderr,
    env: process.env,
  };
}
