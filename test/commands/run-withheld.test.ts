import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ScriptedEnforcer } from '../sdk/scripted-enforcer.js';
import { runCli } from '../support/cli.js';

let home: string;
let enforcer: ScriptedEnforcer;
beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), 'thothctl-withheld-'));
  enforcer = await ScriptedEnforcer.start();
});
afterAll(async () => {
  await enforcer.stop();
  rmSync(home, { recursive: true, force: true });
});

it('keeps the credential of a remote server from the agent, which could go around us with it', async () => {
  const where = ['--api-url', enforcer.url, '--tenant-id', 'acme', '--agent-id', 'bot'];
  const remote = ['--mcp-http', 'env:CRM_URL', '--header', 'Authorization=env:CRM_TOKEN'];
  const given = ['--secret', 'GIVEN=env:OTHER'];
  const script = 'console.log(JSON.stringify(process.env))';
  const { stdout } = await runCli(
    ['run', ...where, ...remote, ...given, '--', process.execPath, '-e', script],
    {
      home,
      env: { THOTH_API_KEY: 'k', CRM_URL: 'http://127.0.0.1:9/key', CRM_TOKEN: 'crm-token', OTHER: 'other' },
    },
  );
  expect(JSON.parse(stdout)).toMatchObject({ GIVEN: 'other', OTHER: 'other' });
  expect(stdout).not.toMatch(/crm-token|127\.0\.0\.1:9\/key/);
});
