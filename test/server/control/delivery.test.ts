import { createHmac } from 'node:crypto';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { resolveDestination } from '../../../src/server/delivery/destination.js';
import { isPublicAddress } from '../../../src/server/delivery/public-address.js';
import { startTestServer, type TestServer } from '../http/running-server.js';

describe('public addresses', () => {
  it.each(['8.8.8.8', '1.1.1.1', '172.32.0.1', '2606:4700::1111'])('%s is one', (address) => {
    expect(isPublicAddress(address)).toBe(true);
  });
  it.each([
    '127.0.0.1',
    '10.1.2.3',
    '172.16.0.1',
    '192.168.1.1',
    '169.254.169.254',
    '100.100.100.200',
    '0.0.0.0',
    '224.0.0.1',
    '255.255.255.255',
    '::',
    '::1',
    'fe80::1',
    'fd00:ec2::254',
    '::ffff:127.0.0.1',
    '::ffff:8.8.8.8',
    '64:ff9b::7f00:1',
    '2002:7f00:1::',
    'ff02::1',
    'not an address',
  ])('%s is none', (address) => {
    expect(isPublicAddress(address)).toBe(false);
  });
});

describe('destinations', () => {
  it.each([
    ['https://localhost/hook', 'destination_not_public'],
    ['https://127.1/hook', 'destination_not_public'],
    ['https://2130706433/', 'destination_not_public'],
    ['https://0x7f.0.0.1/', 'destination_not_public'],
    ['https://[::1]:8443/', 'destination_not_public'],
    ['https://[::ffff:169.254.169.254]/latest', 'destination_not_public'],
    ['http://8.8.8.8/', 'url_not_https'],
    ['file:///etc/passwd', 'url_not_https'],
    ['https://user:pass@8.8.8.8/', 'url_with_credentials'],
    ['nonsense', 'url_invalid'],
  ])('%s is refused as %s', async (url, code) => {
    await expect(resolveDestination(url, false)).rejects.toMatchObject({ code });
  });

  it('are pinned to the address that was checked', async () => {
    expect(await resolveDestination('https://8.8.8.8/x', false)).toMatchObject({
      address: '8.8.8.8',
      family: 4,
    });
  });
});

describe('the webhook test', () => {
  let thoth: TestServer;
  let receiver: Server;
  let received: { headers: IncomingHttpHeaders; body: string }[] = [];
  let status = 204;

  beforeAll(async () => {
    receiver = createServer((request, response) => {
      let body = '';
      request.setEncoding('utf8');
      request.on('data', (part: string) => (body += part));
      request.on('end', () => {
        received.push({ headers: request.headers, body });
        response.writeHead(status, status === 302 ? { location: '/elsewhere' } : {}).end();
      });
    });
    await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
    thoth = await startTestServer({ allowPrivateDelivery: true });
  });
  afterAll(async () => {
    expect(thoth.faults).toEqual([]);
    await thoth.stop();
    receiver.close();
  });

  const url = () => `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/hook`;
  const test = async () => thoth.call('POST', '/thoth/settings/webhook/test', {});

  it('needs an enabled webhook with a URL', async () => {
    const reply = await test();
    expect([reply.status, reply.body.error]).toEqual([400, 'webhook_not_configured']);
  });

  it('delivers a signed event', async () => {
    await thoth.call('PUT', '/thoth/settings', { webhook: { enabled: true, url: url(), secret: 'shared' } });
    const { body } = await test();
    expect(body).toMatchObject({ status: 'delivered', http_status: 204, error: null });
    const [delivery] = received;
    const stamp = String(delivery?.headers['x-thoth-timestamp']);
    const digest = createHmac('sha256', 'shared').update(`${stamp}.${delivery?.body}`).digest('hex');
    expect(delivery?.headers['x-thoth-signature']).toBe(`sha256=${digest}`);
    expect(Math.abs(Number(stamp) - Date.now() / 1000)).toBeLessThan(60);
    expect(JSON.parse(delivery?.body ?? '')).toMatchObject({ event_id: body.event_id, tenant_id: 'local' });
  });

  it('reports what the receiver answered and follows no redirect', async () => {
    received = [];
    for (const answer of [500, 302]) {
      status = answer;
      expect((await test()).body).toMatchObject({ status: 'failed', http_status: answer });
    }
    expect(received).toHaveLength(2);
  });

  it('reports a receiver that is not there', async () => {
    await thoth.call('PUT', '/thoth/settings', { webhook: { url: 'http://127.0.0.1:9/hook' } });
    const reply = await test();
    expect(reply.status).toBe(200);
    expect(reply.body).toMatchObject({ status: 'failed', http_status: null });
  });

  it('reaches nothing private unless the server was started for it', async () => {
    await thoth.restart({ allowPrivateDelivery: false });
    received = [];
    await thoth.call('PUT', '/thoth/settings', { webhook: { url: url().replace('http:', 'https:') } });
    const { body } = await test();
    expect(body.status).toBe('failed');
    expect(body.error).toContain('private, loopback');
    expect(received).toEqual([]);
  });
});
