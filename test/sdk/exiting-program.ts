import { instrument } from '../../src/sdk/index.js';

/** A program that makes twenty governed calls and then ends in the way it is told to. */
const { HOW, SPOOL } = process.env;
const tool = { name: 'search', run: async (input: unknown) => input };
const EVENTS: Record<string, object> = {
  exit: { spoolFile: SPOOL ?? '' },
  wait: { flushTimeoutMs: 20_000 },
};
const events = EVENTS[HOW ?? ''];
instrument({ tools: [tool] }, { enforceTimeoutMs: 20_000, ...(events === undefined ? {} : { events }) });
for (let count = 0; count < 20; count += 1) await tool.run({ count });
if (HOW === 'exit') process.exit(0);
if (HOW === 'wait') setInterval(() => undefined, 1000);
