import { describe, expect, test } from 'vitest';
import { client, json, serve } from './server.js';

const settings = { tenant_id: 'acme', shadow_policy: { low: 'allow' }, camelCase: { of: 'another client' } };

describe.each([
  ['one-shot', false],
  ['pooled', true],
])('%s transport', (_, longLived) => {
  test('a call fills the path, sends who it is and keeps unknown members', async () => {
    const server = await serve((_request, response) => json(response, 200, settings));
    const api = client(`${server.url}/prefix/`, { longLived });
    expect(await api.call('getTenantSettings')).toEqual(settings);
    expect(server.seen).toHaveLength(1);
    expect(server.seen[0]).toMatchObject({
      method: 'GET',
      url: '/prefix/acme/thoth/settings',
      headers: {
        'x-api-key': 'thoth_test_secret',
        'user-agent': 'thothctl/9.9.9',
        'x-aten-provisioned-via': 'thothctl',
        'x-aten-provisioner': 'thothctl',
        'x-aten-provisioner-version': '9.9.9',
      },
    });
    expect(server.seen[0]?.headers['authorization']).toBeUndefined();
  });

  test('bearer tokens go where bearer tokens go', async () => {
    const server = await serve((_request, response) => json(response, 200, settings));
    await client(server.url, { longLived, credential: { kind: 'bearer', secret: 'ey.x' } }).call(
      'getTenantSettings',
    );
    expect(server.seen[0]?.headers).toMatchObject({ authorization: 'Bearer ey.x' });
    expect(server.seen[0]?.headers['x-api-key']).toBeUndefined();
  });

  test('ids are encoded, blank query values dropped, bodies sent as JSON', async () => {
    const server = await serve(({ method }, response) =>
      method === 'GET'
        ? json(response, 200, { data: [], total: 0 })
        : json(response, 200, { agent_id: 'a/b', approved_scope: ['x'], updated_at: null }),
    );
    const api = client(server.url, { longLived });
    await api.call('setAgentScope', { path: { agentId: 'a/../b?c#d%' }, body: { approved_scope: ['x'] } });
    await api.call('listApprovals', { query: { status: 'pending', page: 2, per_page: 5 } });
    await api.call('listPolicyBundles', { query: { framework: '' } });
    expect(server.seen.map(({ url, body }) => [url, body])).toEqual([
      ['/acme/thoth/x/agents/a%2F..%2Fb%3Fc%23d%25/scope', '{"approved_scope":["x"]}'],
      ['/acme/thoth/approvals?page=2&per_page=5&status=pending', ''],
      ['/acme/thoth/policy-bundles', ''],
    ]);
  });

  test('a time limit covers headers and body', async () => {
    const server = await serve(({ url }, response) => {
      if (url.includes('alerts')) return;
      response.writeHead(200, { 'content-type': 'application/json' });
      response.write('{');
    });
    const api = client(server.url, { longLived, timeoutSeconds: 0.2 });
    const timeout = { code: 'timeout', exit: 'unavailable' };
    await expect(
      api.call('resolveApproval', { path: { approvalId: 'a' }, body: { decision: 'deny' } }),
    ).rejects.toMatchObject(timeout);
    await expect(api.call('listAlerts')).rejects.toMatchObject(timeout);
  });

  test('an abort is an interruption, not an outage', async () => {
    const stop = new AbortController();
    const server = await serve(() => stop.abort());
    await expect(
      client(server.url, { longLived }).call('listAlerts', {}, { signal: stop.signal }),
    ).rejects.toMatchObject({ exit: 'interrupted' });
    expect(server.seen).toHaveLength(1);
  });

  test('a redirect is not followed', async () => {
    const other = await serve((_request, response) => json(response, 200, settings));
    const server = await serve((_request, response) => {
      response.writeHead(302, { location: `${other.url}/acme/thoth/settings` });
      response.end();
    });
    await expect(client(server.url, { longLived }).call('getTenantSettings')).rejects.toMatchObject({
      code: 'http_302',
      exit: 'unexpected',
    });
    expect(other.seen).toHaveLength(0);
  });

  test('a reply beyond the limit is dropped', async () => {
    const server = await serve((_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      const chunk = Buffer.alloc(4 * 1024 * 1024, 32);
      const more = (): void => {
        while (response.write(chunk));
      };
      response.on('drain', more);
      response.on('error', () => undefined);
      more();
    });
    await expect(client(server.url, { longLived }).call('getTenantSettings')).rejects.toMatchObject({
      code: 'reply_too_large',
    });
  });
});

describe('before anything is sent', () => {
  test('a request the contract refuses', async () => {
    const server = await serve((_request, response) => json(response, 200, {}));
    const api = client(server.url);
    await expect(api.call('getEvidenceChain', { query: { limit: 501 } })).rejects.toMatchObject({
      code: 'invalid_request',
      exit: 'usage',
      message: 'limit: must be at most 500.',
    });
    await expect(api.call('getViolation', {})).rejects.toMatchObject({ exit: 'usage' });
    await expect(api.call('getViolation', { path: { violationId: '..' } })).rejects.toMatchObject({
      exit: 'usage',
    });
    await expect(api.raw('GET', '//elsewhere.example/x')).rejects.toMatchObject({ exit: 'usage' });
    await expect(api.raw('GET', '@elsewhere.example/x')).rejects.toMatchObject({ exit: 'usage' });
    expect(server.seen).toHaveLength(0);
  });

  test('a missing or unsendable credential', async () => {
    const server = await serve((_request, response) =>
      json(response, 200, { state: 's', authorize_url: null, expires_at: '2026-03-02T09:00:00Z' }),
    );
    const api = client(server.url, { credential: undefined });
    await expect(api.call('getTenantSettings')).rejects.toMatchObject({
      code: 'not_signed_in',
      exit: 'unauthenticated',
    });
    await expect(
      client(server.url, { credential: { kind: 'bearer', secret: 'a\r\nx: y' } }).call('listAlerts'),
    ).rejects.toMatchObject({ exit: 'usage' });
    expect(server.seen).toHaveLength(0);
    await api.call('startCliLogin', { body: {} });
    expect(server.seen[0]?.headers['x-api-key']).toBeUndefined();
  });

  test.each([
    ['http://control.example', 'clear text'],
    ['ftp://control.example', 'http or https'],
    ['https://user:secret@control.example', 'user name'],
    ['https://control.example/?a=b', 'query'],
    ['not a url', 'not a URL'],
    ['http://127.0.0.1.control.example', 'clear text'],
  ])('the address %s', (url, why) => {
    expect(() => client(url)).toThrow(why);
  });

  test('plain http is allowed on this machine, and elsewhere when asked for', () => {
    for (const url of ['http://localhost:1', 'http://127.0.0.1:1', 'http://[::1]:1', 'http://a.localhost'])
      expect(client(url).baseUrl).toBe(url);
    expect(client('http://control.example', { insecureHttp: true }).baseUrl).toBe('http://control.example');
  });
});

describe('replies', () => {
  test('an array where the envelope belongs, and an empty success', async () => {
    const violation = { event_id: 'e', metadata: {} };
    const server = await serve(({ method }, response) => {
      if (method === 'GET') return json(response, 200, [violation]);
      response.writeHead(204);
      response.end();
    });
    const api = client(server.url);
    expect(await api.call('listViolations')).toEqual({ items: [violation] });
    expect(await api.call('revokeApiKey', { path: { keyId: 'k' } })).toEqual({ deleted: true });
  });

  test.each([
    [
      'a reply that does not fit',
      { data: [{ status: 'pending' }], total: 1 },
      'data[0].approval_id must be string',
    ],
    ['a scalar', 5, 'the body must be object'],
  ])('%s is named, not passed on', async (_, body, why) => {
    const server = await serve((_request, response) => json(response, 200, body));
    await expect(client(server.url).call('listApprovals')).rejects.toMatchObject({
      code: 'unexpected_reply',
      exit: 'unexpected',
      message: expect.stringContaining(why),
    });
  });

  test('a web page is not the API', async () => {
    const server = await serve((_request, response) => {
      response.writeHead(200, { 'content-type': 'text/html' });
      response.end('<!doctype html><p>Welcome');
    });
    await expect(client(server.url).call('listAlerts')).rejects.toMatchObject({
      message: expect.stringContaining('web page'),
    });
  });

  test('raw gives any status', async () => {
    const server = await serve((_request, response) => json(response, 418, { error: 'teapot' }));
    expect(
      await client(server.url).raw('POST', '/{tenantId}/thoth/x?b=2&a=1', { body: { c: 3 } }),
    ).toMatchObject({
      status: 418,
      body: { error: 'teapot' },
    });
    expect(server.seen[0]).toMatchObject({ method: 'POST', url: '/acme/thoth/x?a=1&b=2', body: '{"c":3}' });
  });
});
