import { execFile } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, expect, it } from 'vitest';
import { cliEnvironment, ROOT } from '../support/cli.js';

const home = mkdtempSync(join(tmpdir(), 'thothctl-policy-guide-'));
afterAll(() => rmSync(home, { recursive: true, force: true }));

it('every command of the policy guide works as printed', async () => {
  const bin = join(home, 'bin');
  const work = join(home, 'work');
  mkdirSync(bin);
  mkdirSync(work);
  writeFileSync(join(bin, 'thothctl'), `#!/bin/sh\nexec "${process.execPath}" "${ROOT}/bin/run.cjs" "$@"\n`);
  chmodSync(join(bin, 'thothctl'), 0o755);
  const guide = readFileSync(join(ROOT, 'docs/guides/policy.md'), 'utf8');
  const blocks = [...guide.matchAll(/```sh\n([\s\S]*?)```/g)].map((match) => match[1] ?? '');
  const [simulate = '', ...before] = blocks.reverse();
  const call = (tool: string, more: object): string =>
    JSON.stringify({
      tenant_id: '',
      agent_id: 'billing-bot',
      user_id: 'ada',
      tool_name: tool,
      session_id: 's',
      session_tool_calls: [],
      approved_scope: [tool],
      enforcement_mode: 'block',
      ...more,
    });
  const program = `const {url} = JSON.parse(require('fs').readFileSync('ready.json','utf8'));
const key = require('fs').readFileSync('any.key','utf8').trim();
const calls = ${JSON.stringify([call('send_payment', { tool_args: { amount: 5000 } }), call('send_mail', { data_classification: 'restricted' }), call('read', {})])};
(async () => { for (const body of calls) { const reply = await fetch(url + '/v1/enforce', { method: 'POST', body, headers: { authorization: 'Bearer ' + key, 'content-type': 'application/json' } }); if (!reply.ok) throw await reply.text(); } })();`;
  writeFileSync(join(work, 'calls.cjs'), program);
  const script = [
    'set -euo pipefail; exec </dev/null',
    'thothctl server start --port 0 --ready-file ready.json >server.log 2>&1 &',
    'server=$!; trap "kill $server; wait $server || true" EXIT',
    'for i in $(seq 400); do [ -s ready.json ] && break; sleep 0.05; done',
    'thothctl api-keys create --organization --permission execute --key-file any.key >/dev/null',
    `"${process.execPath}" calls.cjs`,
    ...before.reverse(),
    simulate,
    'echo the end',
  ].join('\n');

  const { stdout } = await promisify(execFile)('bash', ['-c', script], {
    cwd: work,
    env: { ...cliEnvironment(home), PATH: `${bin}:${process.env['PATH'] ?? ''}` },
    timeout: 240_000,
  });

  expect(blocks.length).toBeGreaterThan(5);
  expect(stdout).toMatch(/2 files checked: 0 errors, 0 warnings/);
  expect(stdout).toMatch(/passed +a large payment waits for a person/);
  expect(stdout).toMatch(/payment-approval +STEP_UP +rule large-payment/);
  expect(stdout).toMatch(/newly held +1 +send_payment +billing-bot +payment-approval#large-payment/);
  expect(stdout).toMatch(/\| newly blocked \| 1 \| send_mail \|/);
  expect(readFileSync(join(work, 'policy-tests.xml'), 'utf8')).toMatch(/tests="3" failures="0"/);
  expect(stdout).toMatch(/promote +payment-approval +1 +2 +enforce/);
  expect(stdout).toMatch(/ Ana .*https:\/\/ci\.example\.com\/runs\/7/);
  expect(stdout).toMatch(/rollback +payment-approval +2 +4 +enforce/);
  expect(stdout).toMatch(/the end/);
}, 270_000);
