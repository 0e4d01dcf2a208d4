import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LocalPlane } from './local-plane.js';

let plane: LocalPlane;
let key: string;

beforeAll(async () => {
  plane = await LocalPlane.start();
  key = await plane.agentKey();
});
afterAll(() => plane.remove());

const vendor = (verb: string, ...more: string[]) => plane.json('mcp', 'vendors', verb, ...more);

describe('mcp vendors', () => {
  const id = 'Acme Tools';

  it('go from creation to deletion and back', async () => {
    const flags = ['--display-name', 'Acme', '--host-pattern', 'mcp.acme.example', '--notes', 'n'];
    const dry = await vendor('create', id, ...flags, '--dry-run');
    expect(dry).toMatchObject({ dry_run: true, would_create: { vendor_id: id } });
    expect(await vendor('create', id, ...flags)).toMatchObject({
      vendor_id: id,
      approved: false,
      notes: 'n',
    });
    expect((await plane.run(['mcp', 'vendors', 'create', id, ...flags])).exit).toBe(7);
    expect((await plane.run(['mcp', 'vendors', 'create', 'x'])).exit).toBe(2);

    const updated = await vendor('update', id, '--approved', 'true', '--blocked-tool', 'rm');
    expect(updated).toMatchObject({
      approved: true,
      notes: 'n',
      display_name: 'Acme',
      blocked_tools: ['rm'],
    });
    expect((await plane.run(['mcp', 'vendors', 'update', id])).exit).toBe(2);
    expect(await vendor('show', id)).toEqual(updated);
    expect(await vendor('update', id, '--every-tool')).toMatchObject({ blocked_tools: null });
    expect((await vendor('list', '--approved', 'true'))['total']).toBe(1);
    expect((await vendor('list', '--approved', 'false'))['total']).toBe(0);

    expect((await plane.run(['mcp', 'vendors', 'delete', id, '--no-input'])).exit).toBe(2);
    expect(await vendor('delete', id, '--dry-run')).toMatchObject({ dry_run: true });
    expect(await vendor('delete', id, '--yes')).toEqual({ deleted: true });
    expect((await plane.run(['mcp', 'vendors', 'show', id])).exit).toBe(6);
    expect(await vendor('create', id, ...flags, '--approved', 'true')).toMatchObject({ approved: true });
  });
});

describe('mcp inventory, digest and catalogue', () => {
  it('tell what was called, what was not approved, and what may be called', async () => {
    const host = (mcp_host: string) => ({ metadata: { mcp_host }, endpoint_id: 'ep-1' });
    await plane.enforce(key, 'read_file', host('mcp.acme.example'));
    await plane.enforce(key, 'read_file', host('shadow.example'));
    const report = await plane.json('mcp', 'inventory', '--window-hours', '24');
    expect(report).toMatchObject({
      total: 1,
      window_hours: 24,
      data: [
        { endpoint_id: 'ep-1', total_calls: 2, unapproved_calls: 1, unapproved_hosts: ['shadow.example'] },
      ],
    });
    const table = await plane.run(['mcp', 'inventory']);
    expect(table.stdout).toContain('shadow.example');
    const digest = await plane.run(['mcp', 'digest']);
    expect(digest.stdout).toMatch(/Unapproved calls\s+1/);
    expect(digest.stdout).toContain('Approve a vendor for, or block, shadow.example.');

    await plane.json('settings', 'set', '--set', 'mcp_control.enabled=true');
    const refused = await plane.enforce(key, 'read_file', host('shadow.example'));
    expect(refused['decision_reason_code']).toBe('mcp_host_not_approved');

    const catalog = ['mcp', 'catalog', 'verify', '--principal', 'agent:ops'];
    expect((await plane.json(...catalog))['allowed_tools']).toEqual([]);
    await plane.json('agents', 'scope', 'set', 'ops', 'read_logs');
    expect(await plane.json(...catalog, '--env', 'dev', '--auth-context', '{"mfa":true}')).toMatchObject({
      allowed_tools: ['read_logs'],
      blocked_tools: ['read_file'],
      environment: 'dev',
    });
    expect((await plane.run(catalog)).stdout).toMatch(/read_logs\s+allowed/);
    expect((await plane.run(['mcp', 'catalog', 'verify'])).exit).toBe(2);
  });

  it('come from a file: refused whole when a row is bad, the failed ones run again', async () => {
    const file = (name: string): string => join(plane.home, name);
    const head = 'vendor_id,display_name,host_patterns,approved\n';
    await writeFile(file('bad.csv'), `${head}one,One,one.example,true\ntwo,,two.example,maybe\n`);
    const bad = await plane.run(['mcp', 'vendors', 'create', '--from-file', file('bad.csv')]);
    expect(bad.exit).toBe(2);
    expect(bad.stderr).toMatch(/bad\.csv:3:\d+/);
    expect((await plane.run(['mcp', 'vendors', 'show', 'one'])).exit).toBe(6);

    await plane.json(
      'mcp',
      'vendors',
      'create',
      'taken',
      '--display-name',
      'T',
      '--host-pattern',
      't.example',
    );
    await writeFile(
      file('vendors.csv'),
      `${head}taken,Taken,t.example,true\none,One,"one.example;*.one.example",true\n`,
    );
    const partial = await plane.run(['mcp', 'vendors', 'create', '--from-file', file('vendors.csv')]);
    expect(partial.exit).toBe(12);
    expect(await plane.json('mcp', 'vendors', 'show', 'one')).toMatchObject({
      approved: true,
      host_patterns: ['one.example', '*.one.example'],
    });
    await plane.run(['mcp', 'vendors', 'delete', 'taken', '--yes']);
    const again = await plane.run(['mcp', 'vendors', 'create', '--from-file', file('vendors.failed.csv')]);
    expect(again.exit, again.stderr).toBe(0);
    expect(await plane.json('mcp', 'vendors', 'show', 'taken')).toMatchObject({ display_name: 'Taken' });
  });
});
