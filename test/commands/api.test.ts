import { afterAll, beforeAll, expect, it } from 'vitest';
import { LocalPlane } from './local-plane.js';

let plane: LocalPlane;
beforeAll(async () => {
  plane = await LocalPlane.start();
});
afterAll(() => plane.remove());

it('HEAD shows status and headers, of which the length is that of the body GET brings', async () => {
  const shown = await plane.run(['api', 'HEAD', 'fleets']);
  expect([shown.exit, shown.stderr]).toEqual([0, '']);
  expect(shown.stdout).toMatch(/^status +200\nheaders\.x-request-id +req_\w+\n/);
  const body = JSON.stringify(await plane.json('api', 'GET', 'fleets'));
  expect(await plane.json('api', 'head', 'fleets')).toMatchObject({
    status: 200,
    headers: { 'content-length': String(body.length) },
  });
});

it('HEAD of what is not there fails like GET, though no body says why', async () => {
  const missing = await plane.run(['api', 'HEAD', 'fleets/nobody', '--json']);
  expect(missing.exit).toBe(6);
  expect(JSON.parse(missing.stdout)).toMatchObject({
    error: { code: 'http_404', request_id: expect.stringMatching(/^req_/) },
  });
});

it('a method that a path does not take is answered with those it takes', async () => {
  const refused = await plane.run(['api', 'HEAD', 'policies/sync']);
  expect([refused.exit, refused.stderr]).toEqual([2, expect.stringContaining('takes other methods: POST.')]);
});
