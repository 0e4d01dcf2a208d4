import { AsyncLocalStorage } from 'node:async_hooks';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { flush } from '../../../src/sdk/index.js';
import { governedTool } from '../governed-tool.js';
import { ScriptedEnforcer } from '../scripted-enforcer.js';

let enforcer: ScriptedEnforcer;
beforeEach(async () => {
  enforcer = await ScriptedEnforcer.start();
});
afterEach(async () => {
  await flush();
  await enforcer.stop();
});

it('W15: nothing depends on who calls first', async () => {
  const place = new AsyncLocalStorage<string>();
  const seen: (string | undefined)[] = [];
  const callFrom = (name: string) =>
    place.run(name, async () => {
      const tool = governedTool(enforcer, { agentId: name });
      await tool.run({ name });
      seen.push(place.getStore());
    });
  await callFrom('first');
  // The connections the first caller opened are gone; the next one finds only closed ones.
  for (const socket of enforcer.sockets) socket.destroy();
  await callFrom('second');
  await Promise.all(['third', 'fourth', 'fifth'].map(callFrom));
  expect(seen.sort()).toEqual(['fifth', 'first', 'fourth', 'second', 'third']);
  expect(enforcer.checks.map((check) => check['agent_id']).sort()).toEqual(seen);
});
