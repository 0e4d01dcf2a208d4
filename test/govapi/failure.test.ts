import { describe, expect, test } from 'vitest';
import type { TraceEvent } from '../../src/govapi/index.js';
import { client, json, serve } from './server.js';

describe('status to exit code', () => {
  test.each([
    [400, 'usage', 2],
    [401, 'unauthenticated', 4],
    [403, 'forbidden', 5],
    [404, 'notFound', 6],
    [409, 'conflict', 7],
    [413, 'usage', 2],
    [422, 'usage', 2],
    [429, 'unavailable', 9],
    [500, 'unavailable', 9],
    [503, 'unavailable', 9],
  ])('%i is %s', async (status, exit, exitCode) => {
    const server = await serve((_request, response) =>
      json(response, status, { error: 'the_code', message: 'the text', request_id: 'r1' }),
    );
    await expect(client(server.url).call('deleteFleet', { path: { fleetId: 'f' } })).rejects.toMatchObject({
      code: 'the_code',
      message: status === 404 ? 'the text: f' : 'the text',
      exit,
      exitCode,
      requestId: 'r1',
    });
    expect(server.seen).toHaveLength(1);
  });
});

test('every spelling of an error body is read', async () => {
  const bodies: [unknown, object][] = [
    [
      { error: 'a', error_description: 'told' },
      { code: 'a', message: 'told' },
    ],
    [
      { message: 'outer', error: { code: 'API_KEY_EXPIRED', message: 'inner', requestId: 'r2' } },
      { code: 'api_key_expired', message: 'outer', requestId: 'r2' },
    ],
    [{ error: { code: 'X', message: 'inner' } }, { code: 'x', message: 'inner', requestId: 'from-header' }],
    [['odd'], { code: 'http_400', message: expect.stringContaining('status 400') }],
    [{ error: 'a', message: 'red \u001b[31m\nalert\u0007\u202e' }, { message: 'red  [31m alert' }],
  ];
  for (const [body, expected] of bodies) {
    const server = await serve((_request, response) =>
      json(response, 400, body, { 'x-request-id': 'from-header' }),
    );
    await expect(client(server.url).call('listAlerts')).rejects.toMatchObject(expected);
  }
});

test('a code that says more than its status has a remedy of its own', async () => {
  const server = await serve((_request, response) =>
    json(response, 400, { error: 'unknown_pack', message: 'there is no pack soc3' }),
  );
  await expect(
    client(server.url).call('applyPackToAgent', { path: { agentId: 'a' }, body: { pack_id: 'soc3' } }),
  ).rejects.toMatchObject({ exit: 'usage', fix: expect.stringContaining('thothctl packs list') });
});

test('a 403 with a web page points at the proxy or firewall', async () => {
  const server = await serve((_request, response) => {
    response.writeHead(403, { 'content-type': 'text/html' });
    response.end('<html>denied');
  });
  await expect(client(server.url).call('listAlerts')).rejects.toMatchObject({
    exit: 'forbidden',
    fix: expect.stringContaining('firewall'),
  });
});

describe('retries', () => {
  test('a retryable operation is tried four times with growing, capped pauses', async () => {
    const server = await serve((_request, response) =>
      json(response, 503, { error: 'down', message: 'down' }),
    );
    const api = client(server.url);
    await expect(api.call('listAlerts')).rejects.toMatchObject({ exit: 'unavailable' });
    expect(server.seen).toHaveLength(4);
    expect(api.waits).toEqual([300, 600, 1200]);
  });

  test('Retry-After is honoured, up to a minute', async () => {
    let after = '7';
    const server = await serve((_request, response) =>
      json(response, 429, { error: 'slow', message: 'slow' }, { 'retry-after': after }),
    );
    const api = client(server.url);
    await expect(api.call('listAlerts')).rejects.toMatchObject({ fix: 'Try again after 7 seconds.' });
    expect(api.waits).toEqual([7000, 7000, 7000]);
    after = '600';
    await expect(api.call('listAlerts')).rejects.toMatchObject({ fix: 'Try again after 600 seconds.' });
    expect(server.seen).toHaveLength(5);
    after = '1';
    await expect(api.call('listAlerts')).rejects.toMatchObject({ fix: 'Try again after 1 second.' });
  });

  test('a later answer counts', async () => {
    const server = await serve((_request, response) =>
      server.seen.length < 3 ? json(response, 502, {}) : json(response, 200, { items: [] }),
    );
    expect(await client(server.url).call('listAlerts')).toEqual({ items: [] });
  });

  test('what is not retryable is sent once, also when the connection breaks', async () => {
    const server = await serve((_request, response) => response.destroy());
    const api = client(server.url);
    await expect(
      api.call('createApiKey', { body: { scope_level: 'organization', permissions: ['read'] } }),
    ).rejects.toMatchObject({ code: 'network', exit: 'unavailable' });
    expect(server.seen).toHaveLength(1);
    await expect(api.call('listAlerts')).rejects.toMatchObject({ code: 'network' });
    expect(server.seen).toHaveLength(5);
  });

  test('nobody listening is said in words', async () => {
    const server = await serve(() => undefined);
    await server.stop();
    await expect(client(server.url).call('listAlerts')).rejects.toMatchObject({
      exit: 'unavailable',
      message: expect.stringContaining('nothing listens there'),
    });
  });
});

describe('operations a plain control plane lacks', () => {
  test('a missing route is a limitation of the server, by name', async () => {
    const server = await serve((_request, response) =>
      json(response, 404, { error: 'not_found', message: 'no such route' }),
    );
    await expect(
      client(server.url).call('getViolation', { path: { violationId: 'v' } }),
    ).rejects.toMatchObject({
      code: 'not_supported_by_server',
      message: expect.stringContaining('getViolation'),
    });
    await expect(client(server.url).call('startCliLogin')).rejects.toMatchObject({
      code: 'not_supported_by_server',
    });
  });

  test('a missing object on a server that has the route is not found', async () => {
    const server = await serve(({ url }, response) =>
      url.endsWith('/x/server')
        ? json(response, 200, {
            product: 'thothctl',
            version: '1',
            started_at: '2026-03-02T09:00:00Z',
            features: [],
          })
        : json(response, 404, { error: 'not_found', message: 'no such violation' }),
    );
    await expect(
      client(server.url).call('getViolation', { path: { violationId: 'v' } }),
    ).rejects.toMatchObject({ code: 'not_found', exit: 'notFound' });
  });

  test('the one documented older path is tried', async () => {
    const done = { examined: 0, candidates: 0, created: 0, skipped_existing: 0, evidence_ids: [] };
    const server = await serve(({ url }, response) =>
      url.startsWith('/acme/governance')
        ? json(response, 405, { error: 'method_not_allowed', message: 'no' })
        : json(response, 200, done),
    );
    await client(server.url).call('backfillGovernanceEvidence', {
      query: { limit: 5 },
      body: { dry_run: true },
    });
    expect(server.seen.map(({ url }) => url)).toEqual([
      '/acme/governance/evidence/thoth/backfill?limit=5',
      '/acme/thoth/governance/evidence/thoth/backfill?limit=5',
    ]);
    expect(server.seen[1]?.body).toBe(server.seen[0]?.body);
  });
});

test('the trace shows headers by allow-list only', async () => {
  const server = await serve((_request, response) =>
    json(response, 200, { items: [] }, { 'set-cookie': 'session=hidden', 'x-request-id': 'r9' }),
  );
  const events: TraceEvent[] = [];
  await client(server.url, { onTrace: (event) => events.push(event) }).call('listAlerts', {
    query: { limit: 3 },
  });
  const text = JSON.stringify(events);
  expect(text).toContain('/acme/thoth/alerts?limit=3');
  expect(text).toContain('r9');
  expect(text).not.toContain('thoth_test_secret');
  expect(text).not.toContain('hidden');
});
