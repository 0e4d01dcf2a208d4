import { readFileSync } from 'node:fs';
import { ThothctlError } from '../../src/errors/index.js';
import { runGoverned, type RunOptions } from '../../src/run/index.js';

/** Entry of the process under test: options come from a file, everything after it is the command. */
const [file = '', ...command] = process.argv.slice(2);
const options = JSON.parse(readFileSync(file, 'utf8')) as Omit<RunOptions, 'command'>;
try {
  process.exitCode = (await runGoverned({ ...options, command })).code;
} catch (error) {
  console.error(error instanceof ThothctlError ? `${error.code}: ${error.message}` : error);
  process.exitCode = error instanceof ThothctlError ? error.exitCode : 1;
}
