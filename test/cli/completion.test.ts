import { spawnSync } from 'node:child_process';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { completionScript, SHELLS } from '../../src/cli/complete/scripts.js';
import { suggestWords, type CompletionSource } from '../../src/cli/complete/suggest-words.js';
import { runCli } from '../support/cli.js';

const source: CompletionSource = {
  names: {
    'api-keys:list': 'api-keys:list',
    'api-keys': 'api-keys:list',
    'api-keys:revoke': 'api-keys:revoke',
    run: 'run',
  },
  entries: ['api-keys:list', 'api-keys:revoke', 'run'].map((id) => ({
    id,
    summary: `does ${id}`,
    hidden: false,
    aliases: [],
    hiddenAliases: [],
  })),
  definition: () =>
    Promise.resolve({
      args: { key_id: {} },
      flags: {
        format: { type: 'option', options: ['table', 'json'] },
        output: { type: 'option', helpValue: '<file>' },
        reason: { type: 'option', aliases: ['why'] },
        yes: { type: 'boolean', char: 'y', description: 'answer yes' },
      },
    }),
  values: (_command, name) =>
    Promise.resolve(name === 'key_id' ? [{ value: 'key_1', note: 'ci' }, { value: 'kez_2' }] : []),
};
const values = async (...line: string[]) => (await suggestWords(line, source)).map(({ value }) => value);

describe('what may stand next', () => {
  it.each([
    [['a'], ['api-keys']],
    [[''], ['api-keys', 'run']],
    [
      ['api-keys', ''],
      ['list', 'revoke'],
    ],
    [
      ['api-keys', 'revoke', ''],
      ['key_1', 'kez_2'],
    ],
    [['api-keys', 'revoke', 'key'], ['key_1']],
    [
      ['api-keys', 'revoke', '--format', ''],
      ['table', 'json'],
    ],
    [['api-keys', 'revoke', '--format=j'], ['--format=json']],
    [['api-keys', 'revoke', '--output', ''], [':files']],
    [
      ['api-keys', 'revoke', '--why', 'x', 'k'],
      ['key_1', 'kez_2'],
    ],
    [['api-keys', 'revoke', 'key_1', ''], []],
    [['api-keys', 'revoke', '-y', '--y'], ['--yes']],
    [['run', '--', 'no'], [':files']],
    [['nope', ''], []],
  ])('%j', async (line, expected) => {
    expect(await values(...line)).toEqual(expected);
  });
});

describe('completion of the built bin', () => {
  let server: Server;
  let url = '';
  const seen: string[] = [];

  beforeAll(async () => {
    server = createServer((request, response) => {
      seen.push(request.url ?? '');
      response.setHeader('content-type', 'application/json');
      response.end(
        JSON.stringify({
          total: 1,
          api_keys: [
            {
              key_id: 'key_live1',
              name: 'ci\u001b[31m',
              prefix: 'thoth_',
              scope_level: 'organization',
              permissions: ['read'],
              active: true,
            },
          ],
        }),
      );
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => server.close());

  it('offers commands and flags', async () => {
    expect((await runCli(['__complete', '--', 'compl'])).stdout).toMatch(/^completion\t/);
    expect((await runCli(['__complete', '--', 'version', '--qui'])).stdout).toMatch(/^--quiet\t/);
  });

  it('is silent and quick when the tenant cannot be asked', async () => {
    const started = Date.now();
    const result = await runCli(['__complete', '--', 'api-keys', 'revoke', ''], {
      env: { THOTH_TENANT_ID: 'acme', THOTH_AUTH_TOKEN: 'token-123', THOTH_GOVAPI_URL: 'http://127.0.0.1:9' },
    });
    expect(result).toEqual({ exit: 0, signal: null, stdout: '', stderr: '' });
    // Not the half minute that a command would wait for a tenant.
    expect(Date.now() - started).toBeLessThan(20_000);
  });

  it('offers ids of the tenant', async () => {
    const { stdout, exit } = await runCli(['__complete', '--', 'api-keys', 'revoke', ''], {
      env: { THOTH_TENANT_ID: 'acme', THOTH_AUTH_TOKEN: 'token-123', THOTH_GOVAPI_URL: url },
    });
    expect(exit).toBe(0);
    expect(seen.some((path) => path.startsWith('/acme/thoth/api-keys'))).toBe(true);
    expect(stdout).toBe('key_live1\tci\n');
  });
});

describe('scripts', () => {
  it.each(SHELLS)('of %s ask the hidden command', (shell) => {
    expect(completionScript(shell)).toContain('__complete');
  });

  it('of bash is valid bash', () => {
    const { status, stderr } = spawnSync('bash', ['-n'], {
      input: completionScript('bash'),
      encoding: 'utf8',
    });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  });
});
