import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { until } from '../sdk/scripted-enforcer.js';
import { isAlive } from './run-process.js';
import { scriptedRuns } from './scripted-runs.js';

const runs = scriptedRuns();

function run(command: readonly string[], more: { mcp?: boolean } = {}, env: Record<string, string> = {}) {
  return runs.start(
    { governance: runs.governance({ apiKey: 'thoth_live_real_key' }), ...more },
    command,
    env,
  );
}

describe('the child of a run', () => {
  it('gets its argv exactly, with spaces, quotes, empty words and line breaks', async () => {
    const script = runs.harness.file('argv.mjs', 'console.log(JSON.stringify(process.argv.slice(2)))');
    const words = ['a b', '', '"q"', "it's", '$HOME', '--flag=x', 'two\nlines', 'ünï', '--'];
    const running = run([process.execPath, script, ...words]);
    running.child.stdin.end();
    expect(await running.ended).toBe(0);
    expect(JSON.parse(running.out.toString('utf8'))).toEqual(words);
  });

  it.each([0, 1, 3, 125, 255])('ends the run with its own exit code %i', async (code) => {
    const running = run(['sh', '-c', `exit ${code}`], { mcp: false });
    running.child.stdin.end();
    expect(await running.ended).toBe(code);
  });

  it('ends the run with 128 plus the signal that ended it', async () => {
    const running = run(['sh', '-c', 'kill -KILL $$']);
    running.child.stdin.end();
    expect(await running.ended).toBe(137);
  });

  it.each([
    [['no-such-program-here'], 127],
    [['/etc/passwd'], 126],
    [['/etc'], 126],
  ])('reports %j with exit %i', async (command, code) => {
    const running = run(command);
    running.child.stdin.end();
    expect(await running.ended).toBe(code);
  });

  it('reports a configuration that cannot govern with exit 125 and starts nothing', async () => {
    const marker = `${runs.harness.folder}/started`;
    const running = runs.start({ governance: { agentId: 'bot' } }, ['touch', marker]);
    running.child.stdin.end();
    expect(await running.ended).toBe(125);
    expect(running.err).toContain('tenantId is missing');
    expect(() => readFileSync(marker)).toThrow();
  });

  it('passes stdin, stdout and stderr through untouched when it does not speak MCP', async () => {
    const bytes = Buffer.from(Array.from({ length: 300_000 }, (_, index) => (index * 7) % 256));
    const running = run(['sh', '-c', 'cat; echo done >&2']);
    running.child.stdin.end(bytes);
    expect(await running.ended).toBe(0);
    expect(running.out.equals(bytes)).toBe(true);
    expect(running.err).toContain('done');
  });

  it.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)('gets %s once', async (signal) => {
    const script = runs.harness.file(
      'signals.mjs',
      `let n = 0;
       for (const s of ['SIGINT','SIGTERM','SIGHUP']) process.on(s, () => { n += 1; console.log(s); setTimeout(() => process.exit(40 + n), 150); });
       setInterval(() => {}, 1000); console.log('ready');`,
    );
    const running = run([process.execPath, script]);
    await running.untilLines(1);
    running.child.kill(signal);
    expect(await running.ended).toBe(41);
    expect(running.lines).toEqual(['ready', signal]);
  });

  it('leaves no orphan behind', async () => {
    const running = run(['sh', '-c', 'sleep 300 & echo $!; sleep 300 & echo $!; exit 4']);
    running.child.stdin.end();
    expect(await running.ended).toBe(4);
    const pids = running.lines.map(Number);
    expect(pids).toHaveLength(2);
    await until(() => pids.every((pid) => !isAlive(pid)));
  });

  it('never sees a credential, in whatever variable it came', async () => {
    const script = runs.harness.file('env.mjs', 'console.log(JSON.stringify(process.env))');
    const running = run(
      [process.execPath, script],
      {},
      {
        THOTH_API_KEY: 'thoth_live_real_key',
        THOTH_API_KEY_FILE: '/secret/file',
        THOTH_ORG_API_KEY: 'org-secret',
        THOTH_ADMIN_BEARER_TOKEN: 'admin-secret',
        THOTH_EVENT_INGEST_TOKEN: 'ingest-secret',
        THOTH_SOMETHING_NEW_SECRET: 'new-secret',
        THOTH_PURPOSE: 'support',
        OTHER: 'kept',
      },
    );
    running.child.stdin.end();
    expect(await running.ended).toBe(0);
    const text = running.out.toString('utf8');
    expect(text).not.toMatch(/real_key|secret/);
    const env = JSON.parse(text) as Record<string, string>;
    expect(env).toMatchObject({ THOTH_AGENT_ID: 'bot', THOTH_PURPOSE: 'support', OTHER: 'kept' });
    expect(env['THOTH_API_KEY']).toMatch(/^thoth_run_/);
    expect(env['THOTH_API_URL']).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
  });
});
