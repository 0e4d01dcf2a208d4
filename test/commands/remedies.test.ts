import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ThothctlError } from '../../src/errors/index.js';
import { asHttpError } from '../../src/server/http/error-reply.js';
import { LocalPlane } from './local-plane.js';

let plane: LocalPlane;
beforeAll(async () => {
  plane = await LocalPlane.start();
});
afterAll(() => plane.remove());

describe('what to do next', () => {
  it('after a tenant was created, and where it exists already', async () => {
    const file = join(plane.home, 'acme.token');
    const created = await plane.run(['tenants', 'create', 'acme', '--token-file', file]);
    const next = /^To work in it: thothctl (.+)$/m.exec(created.stderr)?.[1] ?? '';
    expect(next).toContain(`--govapi-url ${plane.url} --auth-token-file ${file}`);
    expect(await plane.run(next.replace(' --use', '').split(' '))).toMatchObject({ exit: 0 });
    expect(await plane.run(['policy', 'list', '--context', 'acme'])).toMatchObject({ exit: 0 });

    const again = await plane.run(['tenants', 'create', 'acme']);
    expect(again).toMatchObject({ exit: 7 });
    expect(again.stderr).toContain('`thothctl tenants list` shows those there are');

    const misnamed = await plane.run(['tenants', 'create', 'Bad Name']);
    expect(misnamed).toMatchObject({ exit: 2 });
    expect(misnamed.stderr).toMatch(/^Error: TENANT: must match/);
  });

  it('where there is no such context', async () => {
    const { exit, stderr } = await plane.run(['context', 'use', 'elsewhere']);
    expect(exit).toBe(6);
    expect(stderr).toContain('`thothctl context set elsewhere` makes another');
  });

  it('where a credential of the environment is rejected, which no signing in replaces', async () => {
    const { exit, stderr } = await plane.run(['settings', 'get'], { THOTH_AUTH_TOKEN: 'wrong' });
    expect(exit).toBe(4);
    expect(stderr).toContain('Replace the credential where `thothctl config explain` says it comes from');
  });

  it("a run with another agent's key: no decision is no block, and the log says whose fault it is", async () => {
    const key = join(plane.home, 'shop.key');
    await plane.json(
      'api-keys',
      'create',
      '--agent-id',
      'shop',
      '--permission',
      'execute',
      '--key-file',
      key,
    );
    const agent = join(plane.home, 'agent.mjs');
    const ask = `fetch(process.env.THOTH_API_URL + '/v1/enforce', {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: 'Bearer ' + process.env.THOTH_API_KEY },
      body: JSON.stringify({ agent_id: 'other', tool_name: 'refund', session_id: 's', tool_args: {} }),
    })`;
    await writeFile(agent, `await ${ask};\n`);
    const { stderr } = await plane.run([
      'run',
      '--agent-id',
      'other',
      '--api-key-file',
      key,
      '--',
      process.execPath,
      agent,
    ]);
    expect(stderr).toContain("the API key is another agent's or lacks permission 'execute'");
    expect(stderr).toContain('thothctl run: 1 call, 1 refused without a decision');
  });

  it('where the disk of the server is full', () => {
    const full = new ThothctlError({
      code: 'storage_full',
      message: 'nothing was recorded: the disk is full',
      exit: 'unavailable',
      fix: 'free space on it',
    });
    expect(asHttpError(full)).toMatchObject({
      status: 503,
      code: 'storage_full',
      message: 'nothing was recorded: the disk is full; free space on it',
    });
  });
});
