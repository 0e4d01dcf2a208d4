import { attemptDelivery } from '../../delivery/attempt.js';
import { channelOf } from '../../delivery/channel.js';
import { whyOff } from '../../delivery/switched-on.js';
import { instant } from '../../tenants/json-documents.js';
import { readSettings } from '../../tenants/settings-store.js';
import type { ControlContext } from '../control-context.js';
import { operation } from '../operation.js';
import { HttpError, type Route } from '../port.js';

export function webhookRoutes(context: ControlContext): Route[] {
  return [
    operation('testWebhook', 'write', async ({ tenantId, principal }) => {
      const now = context.clock.now();
      const settings = await readSettings(context, tenantId);
      const channel = channelOf(settings, 'webhook', now);
      if (channel === undefined) {
        const why = whyOff(settings.document, 'webhook');
        throw new HttpError(400, 'webhook_not_configured', `the webhook ${why}; nothing was sent`);
      }
      const event = {
        event_id: context.newId('whe'),
        type: 'webhook.test',
        tenant_id: tenantId,
        occurred_at: instant(now),
        data: { requested_by: principal.name, message: 'Test delivery of the decision webhook.' },
      };
      const outcome = await attemptDelivery({
        channel,
        event,
        deliveryId: context.newId('dlv'),
        number: 1,
        now,
        allowPrivate: context.options.allowPrivateDelivery,
      });
      return {
        status: 200,
        body: {
          status: outcome.delivered ? 'delivered' : 'failed',
          http_status: outcome.httpStatus,
          error: outcome.error,
          event_id: event.event_id,
          tested_at: instant(now),
        },
      };
    }),
  ];
}
