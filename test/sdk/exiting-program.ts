import { instrument } from '../../src/sdk/index.js';

/** A program that makes twenty governed calls and then ends in the way it is told to. */
const { HOW, SPOOL } = process.env;
const tool = { name: 'search', run: async (input: unknown) => input };
instrument({ tools: [tool] }, HOW === 'exit' ? { events: { spoolFile: SPOOL ?? '' } } : {});
for (let count = 0; count < 20; count += 1) await tool.run({ count });
if (HOW === 'exit') process.exit(0);
if (HOW === 'wait') setInterval(() => undefined, 1000);
