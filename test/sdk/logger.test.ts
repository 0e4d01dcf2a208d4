import { afterAll, beforeAll, expect, it } from 'vitest';
import { createLogger } from '../../src/sdk/logger.js';
import { governedTool } from './governed-tool.js';
import { ScriptedEnforcer } from './scripted-enforcer.js';

let enforcer: ScriptedEnforcer;
beforeAll(async () => {
  enforcer = await ScriptedEnforcer.start();
});
afterAll(() => enforcer.stop());

/** A logger of somebody else's, and what it was told. */
function noting(): { lines: string[]; debug: (line: string) => void } {
  const lines: string[] = [];
  return { lines, debug: (line) => void lines.push(line) };
}

it('makes no text that nobody reads', () => {
  const made: string[] = [];
  const text = (): string => made.push('made').toString();
  createLogger(20, noting()).debug(text);
  createLogger(10, { warn: () => undefined }).debug(text);
  expect(made).toEqual([]);
});

it('writes a text that is made as it writes one that is there', () => {
  const target = noting();
  const logger = createLogger(10, target);
  logger.debug('a\nline');
  logger.debug(() => 'a\nline');
  expect(target.lines).toEqual(['thoth debug a line', 'thoth debug a line']);
});

it('tells of each decision at debug, and only there', async () => {
  const [quiet, telling] = [noting(), noting()];
  await governedTool(enforcer, { logLevel: 'info', logger: quiet }).run({});
  await governedTool(enforcer, { logLevel: 'debug', logger: telling }).run({});
  expect(quiet.lines).toEqual([]);
  expect(telling.lines.filter((line) => line.includes('decision phase=enforce'))).toHaveLength(1);
});
