import { setTimeout as sleep } from 'node:timers/promises';
import { instrument } from '../../src/sdk/index.js';

/**
 * A program with one governed tool, for tests of process ends and leaks. Settings come from the environment; tells
 * `done` when its calls are over. An unhandled rejection ends it with 70.
 */
process.on('unhandledRejection', () => process.exit(70));
const { HOW, CALLS, SPOOL, FLUSH_MS, LOG, FAIL_OPEN, TIMEOUT_MS, TOOL_MS } = process.env;
const tool = {
  name: 'search',
  run: async (input: unknown): Promise<unknown> => {
    if (TOOL_MS !== undefined) await sleep(Number(TOOL_MS));
    return input;
  },
};
const say = (line: string): void => void process.stdout.write(`${line}\n`);
instrument(
  { tools: [tool] },
  {
    logLevel: LOG ?? 'error',
    failOpen: FAIL_OPEN === 'yes',
    stepUpPollIntervalMs: 50,
    ...(TIMEOUT_MS === undefined ? {} : { enforceTimeoutMs: Number(TIMEOUT_MS) }),
    events: {
      ...(SPOOL === undefined ? {} : { spoolFile: SPOOL }),
      ...(FLUSH_MS === undefined ? {} : { flushTimeoutMs: Number(FLUSH_MS) }),
    },
  },
);
say('ready');
let ran = 0;
let refused = 0;
for (let call = 0; call < Number(CALLS); call += 1) {
  await tool.run({ call }).then(
    () => (ran += 1),
    () => (refused += 1),
  );
}
say(`ran ${ran} refused ${refused}`);
say('done');
if (HOW === 'exit') process.exit(0);
if (HOW === 'SIGTERM') setInterval(() => undefined, 1000);
