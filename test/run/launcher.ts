import { readFileSync } from 'node:fs';
import { ThothctlError } from '../../src/errors/index.js';
import { runGoverned, type RunOptions } from '../../src/run/index.js';
import { runMcpHttp, type McpHttpOptions } from '../../src/run/mcp-http/index.js';

type Options = Omit<RunOptions, 'command'> | Omit<McpHttpOptions, 'command'>;

/** Entry of the process under test: options come from a file, everything after it is the command. */
const [file = '', ...command] = process.argv.slice(2);
const options = JSON.parse(readFileSync(file, 'utf8')) as Options;
try {
  const run =
    'allowed' in options
      ? runMcpHttp({ ...options, command, onListening: (url) => process.stderr.write(`at ${url}\n`) })
      : runGoverned({ ...options, command });
  process.exitCode = (await run).code;
} catch (error) {
  console.error(error instanceof ThothctlError ? `${error.code}: ${error.message}` : error);
  process.exitCode = error instanceof ThothctlError ? error.exitCode : 1;
}
