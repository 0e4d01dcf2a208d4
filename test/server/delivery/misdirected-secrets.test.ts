import { afterAll, beforeAll, expect, it } from 'vitest';
import { startDataPlane, type DataPlane } from '../enforce/data-plane.js';
import type { Reply } from '../http/running-server.js';
import { Receiver } from './receiver.js';

let thoth: DataPlane;
/** Where the tenant's secrets belong, and a host of whoever may only write. */
let own: Receiver;
let foreign: Receiver;

beforeAll(async () => {
  thoth = await startDataPlane({ allowPrivateDelivery: true });
  own = await Receiver.start();
  foreign = await Receiver.start();
});
afterAll(async () => {
  expect(thoth.faults).toEqual([]);
  await thoth.stop();
  await own.stop();
  await foreign.stop();
});

const put = (body: object): Promise<Reply> => thoth.call('PUT', '/thoth/settings', body);
const outcome = ({ status, body }: Reply): unknown =>
  status === 200 ? 200 : [status, body.error, body.details?.members];
const refused = (...members: string[]): unknown => [400, 'secret_required', members];

interface Case {
  readonly secret: string;
  /** The section with this address, and the secret as a request may hold it. */
  readonly at: (url: unknown, secret?: unknown) => object;
  readonly aside: object;
}
const CASES: readonly Case[] = [
  {
    secret: 'siem.webhook.secret',
    at: (url, secret) => ({ siem: { webhook: { url, ...(secret === undefined ? {} : { secret }) } } }),
    aside: { siem: { provider: 'splunk', webhook: { enabled: true } } },
  },
  {
    secret: 'pam.request_auth_token',
    at: (url, secret) => ({
      pam: { request_url: url, ...(secret === undefined ? {} : { request_auth_token: secret }) },
    }),
    aside: { pam: { enabled: false, provider: 'custom' } },
  },
];

it.each(CASES)('$secret goes to no host it was not given for', async ({ secret, at, aside }) => {
  const home = 'https://home.example';
  expect(outcome(await put(at(`${home}/a`, 'token-of-the-tenant')))).toBe(200);
  const before = (await thoth.call('GET', '/thoth/settings')).body;
  for (const url of ['https://evil.example/', `${home}:8443/a`, 'http://home.example/a']) {
    for (const kept of [undefined, '', '********']) {
      expect([url, kept, outcome(await put(at(url, kept)))]).toEqual([url, kept, refused(secret)]);
    }
    // Together with the whole document, as Terraform and the operator write it.
    expect(outcome(await put({ ...before, ...at(url) }))).toEqual(refused(secret));
  }
  // Nothing was written, and the text names what is missing but no secret.
  expect((await thoth.call('GET', '/thoth/settings')).body).toEqual(before);
  const { body } = await put(at('https://evil.example/'));
  expect(body.message).toContain(secret);
  expect(body.message).not.toContain('token-of-the-tenant');

  // Neither does a detour help: over no address, over a text that is none, over a switch, over a restart.
  for (const detour of [at(null), at('none yet'), aside]) {
    expect(outcome(await put(detour))).toBe(200);
    expect(outcome(await put(at('https://evil.example/')))).toEqual(refused(secret));
  }
  await thoth.restart();
  expect(outcome(await put(at('https://evil.example/')))).toEqual(refused(secret));

  expect(outcome(await put(at(`${home}/a`, 'token-of-the-tenant')))).toBe(200);
  expect(outcome(await put(at(`${home}/another/path?x=1`)))).toBe(200);
  expect(outcome(await put(at('https://new.example', 'token-of-the-tenant')))).toBe(200);
  expect(outcome(await put(at('https://bare.example', null)))).toBe(200);
  expect(outcome(await put(at('https://elsewhere.example')))).toBe(200);
});

it('an older revision brings no address back without its secret', async () => {
  await put(CASES[0]!.at('https://first.example', 'first-secret'));
  const stale = (await thoth.call('GET', '/thoth/settings')).body;
  await put(CASES[0]!.at('https://second.example', 'second-secret'));
  // The same member again is no difference to the revision it was read at, so it stays as it is.
  expect((await put(stale)).body.siem.webhook.url).toBe('https://second.example');
  const { revision: _unknown, ...plain } = stale;
  expect(outcome(await put(plain))).toEqual(refused('siem.webhook.secret'));
});

it('what only signs needs no secret again, and both that travel are named', async () => {
  await put({ webhook: { url: 'https://a.example', secret: 'signs-only' } });
  expect(outcome(await put({ webhook: { url: 'https://b.example' } }))).toBe(200);
  await put({ pam: { request_secret: 'signs-too', callback_secret: 'verifies', request_auth_token: null } });
  expect(outcome(await put({ pam: { request_url: 'https://c.example' } }))).toBe(200);

  await put({ ...CASES[0]!.at('https://a.example', 's'), ...CASES[1]!.at('https://a.example', 't') });
  expect(
    outcome(await put({ ...CASES[0]!.at('https://b.example'), ...CASES[1]!.at('https://b.example') })),
  ).toEqual(refused('siem.webhook.secret', 'pam.request_auth_token'));
});

it('a host that was refused receives nothing, also when the receiver is said to be Splunk later', async () => {
  const webhook = { enabled: true, url: own.url, secret: 'hec-token' };
  await put({ siem: { provider: 'own', webhook } });
  expect(outcome(await put({ siem: { webhook: { url: foreign.url } } }))).toEqual(
    refused('siem.webhook.secret'),
  );
  expect(outcome(await put({ siem: { provider: 'splunk' } }))).toBe(200);
  await thoth.enforce({ tool_name: 'drop_table' });
  const arrived = await own.arrived(1);
  expect(arrived[0]?.headers.authorization ?? '').toMatch(/^(|Splunk hec-token)$/);
  expect(foreign.received).toEqual([]);
});
