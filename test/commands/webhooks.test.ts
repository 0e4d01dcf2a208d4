import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { createInterface, type Interface } from 'node:readline';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { signatureHeaders } from '../../src/signing/index.js';
import { BIN, cliEnvironment } from '../support/cli.js';
import { eventually, Receiver } from '../server/delivery/receiver.js';
import { LocalPlane } from './local-plane.js';

const SECRET = 'listen-secret-value';
let plane: LocalPlane;
let key: string;
const file = (name: string): string => join(plane.home, name);

beforeAll(async () => {
  plane = await LocalPlane.start('--allow-private-delivery');
  await writeFile(file('secret'), `${SECRET}\n`);
  await writeFile(file('other-secret'), 'another\n');
  key = await plane.agentKey();
});
afterAll(() => plane.remove());

const patch = async (body: object): Promise<void> => {
  await writeFile(file('patch.json'), JSON.stringify(body));
  await plane.json('settings', 'set', '--file', file('patch.json'));
};

/** `webhooks listen` as a process; rows are read as they are printed. */
class Listening {
  readonly rows: Record<string, unknown>[] = [];
  url = '';
  private constructor(
    readonly child: ChildProcess,
    lines: Interface,
  ) {
    lines.on('line', (line) => this.rows.push(JSON.parse(line)));
  }

  static async start(...flags: string[]): Promise<Listening> {
    const child = spawn(process.execPath, [BIN, 'webhooks', 'listen', '--port', '0', '--json', ...flags], {
      env: cliEnvironment(plane.home),
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const listening = new Listening(child, createInterface({ input: child.stdout }));
    let told = '';
    child.stderr.on('data', (part: Buffer) => (told += part.toString()));
    listening.url = await eventually('address', () => /http:\/\/[\d.]+:\d+/.exec(told)?.[0]);
    return listening;
  }

  async row(type: string): Promise<Record<string, unknown>> {
    return eventually(type, () => this.rows.find((row) => row['event_type'] === type));
  }

  async stop(): Promise<unknown> {
    const ended = once(this.child, 'exit');
    this.child.kill('SIGINT');
    return (await ended)[0];
  }
}

describe('webhooks', () => {
  it('test and trigger say what keeps the webhook from being used, and how to change that', async () => {
    const off = await plane.run(['webhooks', 'test']);
    expect([off.exit, off.stderr]).toEqual([2, expect.stringContaining('the webhook is switched off')]);
    expect(off.stderr).toContain('--set webhook.enabled=true');
    await patch({ webhook: { enabled: true } });
    const nowhere = await plane.run(['webhooks', 'test']);
    expect(nowhere.stderr).toContain('the webhook is switched on but has no URL');
    const pam = await plane.run(['webhooks', 'trigger', 'approval.requested', '--destination', 'pam']);
    expect([pam.exit, pam.stderr]).toEqual([7, expect.stringContaining('pam.request_url')]);
    await patch({ webhook: { enabled: false } });
  });

  it('listen verifies and prints real deliveries, passes them on, and stops on Ctrl-C', async () => {
    const behind = await Receiver.start();
    const listening = await Listening.start('--secret-file', file('secret'), '--forward-to', behind.url);
    await patch({ webhook: { enabled: true, url: `${listening.url}/hook`, secret: SECRET } });
    await plane.enforce(key, 'drop_table', { tool_args: { table: 'customers' } });
    const row = await listening.row('decision.blocked');
    expect(row).toMatchObject({
      verified: true,
      finding: 'valid',
      attempt: 1,
      answered: 204,
      forwarded_status: 204,
    });
    expect(row['body']).toMatchObject({ type: 'decision.blocked', data: { tool_name: 'drop_table' } });
    expect(behind.received[0]?.headers['x-thoth-delivery-id']).toBe(row['delivery_id']);

    const forged = await fetch(listening.url, {
      method: 'POST',
      headers: signatureHeaders(['wrong'], '{}', Date.now()),
      body: '{}',
    });
    expect(forged.status).toBe(401);
    await eventually('the forged row', () => listening.rows.find((one) => one['verified'] === false));
    expect(behind.received).toHaveLength(1);

    const sample = await plane.json('webhooks', 'trigger', 'approval.denied');
    expect(await listening.row('approval.denied')).toMatchObject({
      delivery_id: sample['delivery_id'],
      verified: true,
    });
    expect((await plane.json('webhooks', 'test'))['status']).toBe('delivered');
    expect(await listening.stop()).toBe(130);
    await behind.stop();
  });

  it('deliveries, show and redeliver follow what was recorded', async () => {
    const receiver = await Receiver.start();
    await patch({ webhook: { url: receiver.url } });
    await plane.enforce(key, 'drop_table');
    await receiver.arrived(2);
    const id = await eventually('the delivery', async () => {
      const { data } = (await plane.json(
        'webhooks',
        'deliveries',
        '--status',
        'delivered',
        '--event-type',
        'decision.blocked',
      )) as {
        data: { delivery_id: string; http_status: number }[];
      };
      return data.find(
        (one) =>
          one.http_status === 204 &&
          receiver.received.some((got) => got.headers['x-thoth-delivery-id'] === one.delivery_id),
      )?.delivery_id;
    });
    expect(await plane.json('webhooks', 'show', id)).toMatchObject({
      delivery_id: id,
      event: { type: 'decision.blocked' },
    });
    const before = receiver.received.length;
    expect(await plane.json('webhooks', 'redeliver', id, '--dry-run')).toMatchObject({ dry_run: true });
    expect(await plane.json('webhooks', 'redeliver', id)).toMatchObject({
      delivery_id: id,
      status: 'pending',
    });
    const received = await receiver.arrived(before + 1);
    expect(received.at(-1)?.headers['x-thoth-delivery-id']).toBe(id);
    expect((await plane.run(['webhooks', 'deliveries'])).stdout).toContain(id);
    expect((await plane.run(['webhooks', 'show', 'dlv_none'])).exit).toBe(6);
    await receiver.stop();
  });

  it('verify tells right from wrong by its exit code', async () => {
    const body = '{"type":"decision.blocked"}';
    const headers = Object.entries(signatureHeaders([SECRET], body, Date.now())).flatMap(([name, value]) => [
      '--header',
      `${name}: ${value}`,
    ]);
    const verify = (secret: string, input: string, more: readonly string[] = headers) =>
      plane.run(['webhooks', 'verify', '--secret-file', file(secret), ...more, '--json'], {}, input);
    const good = await verify('secret', body);
    expect(good).toMatchObject({ exit: 0 });
    expect(JSON.parse(good.stdout)).toMatchObject({ verified: true, finding: 'valid', bytes: body.length });
    expect((await verify('other-secret', body)).exit).toBe(10);
    expect((await verify('secret', `${body}\n`)).exit).toBe(10);
    expect((await verify('secret', body, [])).exit).toBe(10);
    expect((await verify('secret', body, ['--header', 'nonsense'])).exit).toBe(2);
    const byVariable = await plane.run(
      ['webhooks', 'verify', ...headers],
      { THOTH_WEBHOOK_SECRET: SECRET },
      body,
    );
    expect(byVariable.exit).toBe(0);
    expect((await plane.run(['webhooks', 'verify', ...headers], {}, body)).exit).toBe(2);
    expect(good.stdout + good.stderr).not.toContain(SECRET);
  });
});

describe('pam callback', () => {
  it('resolves a hold with the callback secret as its only credential', async () => {
    await patch({
      pam: { enabled: true, provider: 'vault', callback_secret: SECRET },
      tool_risk_overrides: { pay: 'medium' },
      shadow_policy: { medium: 'step_up' },
    });
    const held = await plane.enforce(key, 'pay', {
      approved_scope: ['pay'],
      enforcement_mode: 'progressive',
    });
    expect(held['decision']).toBe('STEP_UP');
    const command = [
      'pam',
      'callback',
      '--hold-token',
      String(held['hold_token']),
      '--decision',
      'approve',
      '--json',
    ];
    const dry = await plane.run([...command, '--dry-run', '--callback-secret-file', file('secret')]);
    expect(JSON.parse(dry.stdout)).toMatchObject({ dry_run: true, would_send: { decision: 'approve' } });
    const wrong = await plane.run([...command, '--callback-secret-file', file('other-secret')]);
    expect(wrong.exit).toBe(4);
    const sent = await plane.run(
      [...command, '--callback-secret-stdin', '--tenant-id', 'local', '--govapi-url', plane.url],
      {},
      SECRET,
    );
    expect(JSON.parse(sent.stdout)).toMatchObject({ status: 'approved', resolved_by: 'pam:vault' });
    const against = await plane.run(
      ['pam', 'callback', '--hold-token', String(held['hold_token']), '--decision', 'deny'],
      { THOTH_CALLBACK_SECRET: SECRET },
    );
    expect(against.exit).toBe(7);
    expect(
      (await plane.run(['pam', 'callback', '--decision', 'deny'], { THOTH_CALLBACK_SECRET: SECRET })).exit,
    ).toBe(2);
  });
});
