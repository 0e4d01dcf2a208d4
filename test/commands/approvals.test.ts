import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BIN, cliEnvironment } from '../support/cli.js';
import { LocalPlane } from './local-plane.js';

let plane: LocalPlane;
let key: string;

beforeAll(async () => {
  plane = await LocalPlane.start();
  key = await plane.agentKey();
});
afterAll(() => plane.remove());

async function hold(caller = key): Promise<string> {
  const reply = await plane.enforce(caller, 'send_email', {
    enforcement_mode: 'step_up',
    tool_args: { to: 'x@example.com', api_key: 'sk-secret-value' },
  });
  expect(reply['decision'] ?? reply['authorization_decision']).toBe('STEP_UP');
  const { data } = await plane.json('approvals', 'list');
  const rows = data as { approval_id: string; hold_token: string }[];
  return rows.find((row) => row.hold_token === reply['hold_token'])?.approval_id ?? '';
}

describe('approvals', () => {
  it('announces each hold once while it watches, and what another shell decided does not stop it', async () => {
    const rows: Record<string, unknown>[] = [];
    const watch = spawn(process.execPath, [BIN, 'approvals', 'watch', '--json'], {
      env: cliEnvironment(plane.home),
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    createInterface({ input: watch.stdout }).on('line', (line) => {
      rows.push(JSON.parse(line) as Record<string, unknown>);
    });
    const announced = async (count: number): Promise<void> => {
      await expect.poll(() => rows.length).toBeGreaterThanOrEqual(count);
      expect(rows.length).toBe(count);
    };
    const first = await hold();
    await announced(1);
    await plane.json('approvals', 'deny', first);
    const second = await hold();
    await announced(2);
    expect(rows.map((row) => row['approval_id'])).toEqual([first, second]);
    const ended = once(watch, 'close');
    watch.kill('SIGINT');
    await ended;
    expect(watch.exitCode).toBe(130);
    expect(rows).toHaveLength(2);
  });

  it('shows what is asked without its secrets, takes one verdict and names who gave it', async () => {
    const id = await hold();
    const shown = await plane.run(['approvals', 'show', id]);
    expect(shown.stdout).toContain('send_email');
    expect(shown.stdout).toContain('x@example.com');
    expect(shown.stdout).not.toContain('sk-secret-value');
    expect(await plane.json('approvals', 'approve', id, '--dry-run')).toMatchObject({
      would_record: 'approve',
    });
    expect(await plane.json('approvals', 'approve', id, '--reason', 'ok')).toMatchObject({
      resolved_by: 'admin',
    });
    expect(await plane.json('approvals', 'wait', id)).toMatchObject({ status: 'approved' });
    const late = await plane.run(['approvals', 'deny', id, '--json']);
    expect(late.exit).toBe(7);
    expect(late.stdout).toContain('already approved by admin');
  });

  it('says whose verdict stands, and why, when the same one comes again', async () => {
    const id = await hold();
    const first = await plane.run(['approvals', 'deny', id, '--reason', 'not this week']);
    expect(first).toMatchObject({ exit: 0, stderr: `${id}: denied by admin\n` });
    const second = await plane.run(['approvals', 'deny', id, '--reason', 'too expensive']);
    expect(second).toMatchObject({
      exit: 0,
      stderr: `${id}: was already denied by admin, with the reason "not this week"; nothing was changed\n`,
    });
    expect(await plane.json('approvals', 'deny', id)).toMatchObject({
      already_resolved: true,
      resolution_reason: 'not this week',
    });
  });

  it('shows, announces and refuses a call that its caller withdrew', async () => {
    const rows: Record<string, unknown>[] = [];
    const watch = spawn(process.execPath, [BIN, 'approvals', 'watch', '--new-only', '--json'], {
      env: cliEnvironment(plane.home),
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    createInterface({ input: watch.stdout }).on('line', (line) => {
      rows.push(JSON.parse(line) as Record<string, unknown>);
    });
    // The watch starts at the newest row: holds are made until it has announced one.
    for (let tries = 0; rows.length === 0 && tries < 100; tries += 1) {
      await hold();
      for (let waits = 0; rows.length === 0 && waits < 20; waits += 1) await delay(50);
    }
    const announced = rows[0];
    const held = String(announced?.['approval_id']);
    expect(announced).toMatchObject({ status: 'pending' });
    const withdrawn = await fetch(`${plane.url}/v1/enforce/hold/${String(announced?.['hold_token'])}`, {
      method: 'DELETE',
      headers: { authorization: `Bearer ${key}` },
    });
    expect(withdrawn.status).toBe(200);
    await expect
      .poll(() => rows.find(({ status }) => status === 'withdrawn'))
      .toMatchObject({ approval_id: held });
    const ended = once(watch, 'close');
    watch.kill('SIGINT');
    await ended;

    expect((await plane.run(['approvals', 'show', held])).stdout).toContain('withdrawn');
    const listed = await plane.json('approvals', 'list', '--status', 'withdrawn');
    expect(listed['data']).toMatchObject([{ approval_id: held }]);
    for (const command of [
      ['approvals', 'approve', held],
      ['approvals', 'wait', held],
    ]) {
      const dead = await plane.run([...command, '--json']);
      expect(dead.exit).toBe(7);
      expect(JSON.parse(dead.stdout)).toMatchObject({ error: { code: 'approval_withdrawn' } });
    }
  });

  it('refuses a verdict of the credential that asked', async () => {
    const id = await hold();
    const own = await plane.run(['approvals', 'approve', id, '--org-api-key-stdin', '--json'], {}, key);
    expect(own.exit).toBe(5);
  });

  it('refuses a verdict with a key that the caller made, and says whose it is and what to do', async () => {
    const permissions = ['--permission', 'read', '--permission', 'write', '--permission', 'execute'];
    const order = ['api-keys', 'create', '--organization', ...permissions, '--json'];
    const worker = await plane.json(...order, '--name', 'worker');
    const minted = await plane.run(
      [...order, '--name', 'its-approver', '--org-api-key-stdin'],
      {},
      String(worker['api_key']),
    );
    const approver: unknown = JSON.parse(minted.stdout);
    expect(approver).toMatchObject({ minted_by: worker['key_id'] });
    const id = await hold(String(worker['api_key']));
    const refused = await plane.run(
      ['approvals', 'approve', id, '--org-api-key-stdin', '--json'],
      {},
      (approver as { api_key: string }).api_key,
    );
    expect(refused.exit).toBe(5);
    expect(JSON.parse(refused.stdout)).toMatchObject({
      error: {
        code: 'approver_related',
        message: expect.stringMatching(/its-approver is no other party: both go back to the key worker/),
        fix: expect.stringContaining('`thothctl server token`'),
      },
    });
    expect(await plane.json('approvals', 'approve', id)).toMatchObject({ status: 'approved' });
  });

  it('tells denied (10), still pending (8), dead (7) and unknown (6) apart', async () => {
    const denied = await hold();
    await plane.json('approvals', 'deny', denied);
    expect((await plane.run(['approvals', 'wait', denied])).exit).toBe(10);
    const id = await hold();
    expect((await plane.run(['approvals', 'wait', id, '--timeout', '0'])).exit).toBe(8);
    await plane.down();
    await plane.up('--hold-seconds', '1');
    const brief = await hold();
    expect((await plane.run(['approvals', 'wait', brief, '--timeout', '40'])).exit).toBe(7);
    expect((await plane.run(['approvals', 'approve', brief])).exit).toBe(7);
    expect((await plane.run(['approvals', 'show', 'appr_unknown'])).exit).toBe(6);
  });
});
