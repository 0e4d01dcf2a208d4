import { splitArgv } from '../argv.js';
import { reportFailure } from '../report.js';
import { matchCommand, type Catalogue } from './catalogue.js';
import { LightConfig, userAgent, type ProgramInfo } from './light-config.js';
import { unknownCommand } from './unknown-command.js';

/** `--help` or `-h` before a `--`, the word `help`, or nothing at all. */
function wantsHelp(argv: readonly string[]): boolean {
  if (argv.length === 0 || argv[0] === 'help') return true;
  return splitArgv(argv).own.some((token) => token === '--help' || token === '-h');
}

/**
 * Runs one command line. Never throws and never exits: the outcome is in the output and in `process.exitCode`.
 */
export async function dispatch(
  argv: readonly string[],
  catalogue: Catalogue,
  program: ProgramInfo,
): Promise<void> {
  if (argv[0] === '--version') {
    process.stdout.write(`${userAgent(program)}\n`);
    return;
  }
  try {
    if (wantsHelp(argv)) {
      const { showHelp } = await import('./show-help.js');
      return await showHelp(argv, catalogue, new LightConfig(program, catalogue));
    }
    const match = matchCommand(catalogue.names, argv);
    const next = match?.argv[0];
    const isTopicWord = match !== undefined && match.name !== match.id && match.id === `${match.name}:list`;
    if (match && !(isTopicWord && next !== undefined && !next.startsWith('-'))) {
      const command = await catalogue.load(match.id);
      command.id = match.id;
      return await new command([...match.argv], new LightConfig(program, catalogue)).perform();
    }
    const topic = argv[0];
    if (
      match === undefined &&
      argv.length === 1 &&
      Object.keys(catalogue.names).some((name) => name.startsWith(`${topic}:`))
    ) {
      const { showHelp } = await import('./show-help.js');
      return await showHelp(argv, catalogue, new LightConfig(program, catalogue));
    }
    throw unknownCommand(argv, catalogue);
  } catch (error) {
    await reportFailure(error, argv);
  }
}
