import { createHmac } from 'node:crypto';
import { expect } from 'vitest';
import { startReceiver, type Effects, type Rehearsal } from '../rehearsal.js';

/** A webhook that answers as told, switched on for as long as `use` runs. */
async function withWebhook(
  { api }: Rehearsal,
  use: (receiver: { answer: number; readonly received: readonly string[] }) => Promise<void>,
): Promise<void> {
  const control = { answer: 204 };
  const receiver = await startReceiver(() => ({ status: control.answer }));
  const set = (webhook: object) => api.call('updateTenantSettings', { body: { webhook } });
  await set({ enabled: true, url: receiver.url, secret: 'rehearsal-secret' });
  try {
    await use(Object.assign(control, { received: receiver.received }));
  } finally {
    await set({ enabled: false, url: null });
    receiver.close();
  }
}

const sample = ({ api }: Rehearsal) =>
  api.call('triggerSampleEvent', { body: { event_type: 'decision.blocked', destination: 'webhook' } });

const settled = ({ api }: Rehearsal, deliveryId: string) =>
  expect.poll(async () => (await api.call('getDelivery', { path: { deliveryId } })).status);

export const deliveryEffects: Effects<
  'listDeliveries' | 'getDelivery' | 'triggerSampleEvent' | 'redeliver' | 'receivePamCallback'
> = {
  async listDeliveries(stage) {
    await withWebhook(stage, async ({ received }) => {
      const total = async () =>
        (await stage.api.call('listDeliveries', { query: { status: 'delivered' } })).total;
      const before = await total();
      const id = await stage.violation();
      await expect.poll(total).toBeGreaterThan(before);
      expect(received.join('\n')).toContain(id);
    });
  },

  async triggerSampleEvent(stage) {
    await withWebhook(stage, async ({ received }) => {
      const queued = await sample(stage);
      await settled(stage, queued.delivery_id).toBe('delivered');
      expect(received.some((body) => body.includes(queued.event_id))).toBe(true);
    });
    await expect(sample(stage)).rejects.toMatchObject({ exit: 'conflict' });
  },

  async getDelivery(stage) {
    await withWebhook(stage, async (receiver) => {
      receiver.answer = 410;
      const { delivery_id: deliveryId } = await sample(stage);
      const read = () => stage.api.call('getDelivery', { path: { deliveryId } });
      await settled(stage, deliveryId).not.toBe('pending');
      expect(await read()).toMatchObject({ http_status: 410, attempts: 1, delivered_at: null });
    });
    await expect(stage.api.call('getDelivery', { path: { deliveryId: 'none' } })).rejects.toMatchObject({
      exit: 'notFound',
    });
  },

  async redeliver(stage) {
    await withWebhook(stage, async (receiver) => {
      receiver.answer = 410;
      const { delivery_id: deliveryId } = await sample(stage);
      await settled(stage, deliveryId).not.toBe('pending');
      receiver.answer = 200;
      await stage.api.call('redeliver', { path: { deliveryId }, body: {} });
      await settled(stage, deliveryId).toBe('delivered');
    });
  },

  async receivePamCallback(stage) {
    await stage.api.call('updateTenantSettings', {
      body: { pam: { enabled: true, provider: 'rehearsal', callback_secret: 'callback-secret' } },
    });
    const { approvalId, holdToken } = await stage.held();
    const body = JSON.stringify({ approval_id: approvalId, decision: 'approve', resolved_by: 'kim' });
    const send = (secret: string) => {
      const at = String(Math.floor(Date.now() / 1000));
      const digest = createHmac('sha256', secret).update(`${at}.${body}`).digest('hex');
      return fetch(`${stage.wire.url}/${stage.thoth.server.tenantId}/thoth/pam/callback`, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          'x-thoth-timestamp': at,
          'x-thoth-signature': `sha256=${digest}`,
        },
        body,
      });
    };
    expect((await send('not-the-secret')).status).toBe(401);
    expect((await stage.thoth.hold(holdToken)).body).toMatchObject({ resolved: false });
    expect((await send('callback-secret')).status).toBe(200);
    expect((await stage.thoth.hold(holdToken)).body).toMatchObject({ resolved: true });
    const approval = await stage.api.call('getApproval', { path: { approvalId } });
    expect(approval).toMatchObject({ status: 'approved' });
    expect(approval.resolved_by).toContain('pam');
  },
};
