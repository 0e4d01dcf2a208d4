import { usageError } from '../errors/index.js';
import { runChild } from './child/run-child.js';
import { governedRun, type RunResult } from './governed-run.js';
import { stdioServer } from './mcp/governance.js';
import type { RunOptions } from './options.js';

export { summaryText } from './account/summary-text.js';
export { type RunOptions } from './options.js';

/**
 * Runs a command under governance: its tool calls over MCP stdio and those of any Thoth SDK inside it are
 * decided by one session. Resolves with the child's own exit code, or 128 plus its signal. Throws before the
 * child starts: exit 125 (our own failure), 126 (not executable), 127 (not found).
 */
export async function runGoverned(options: RunOptions): Promise<RunResult> {
  const [program, ...args] = options.command;
  if (program === undefined || program === '') {
    throw usageError('No command to run.', 'Give it after --, for example: thothctl run -- node agent.js');
  }
  return governedRun(options, stdioServer(options.command), (run) =>
    runChild(options, [program, ...args], run),
  );
}
