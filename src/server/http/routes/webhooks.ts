import { deliverWebhook } from '../../delivery/webhook-delivery.js';
import { instant, objectMember, textMember } from '../../tenants/json-documents.js';
import { readSettings } from '../../tenants/settings-store.js';
import type { ControlContext } from '../control-context.js';
import { operation } from '../operation.js';
import { HttpError, type Route } from '../port.js';

export function webhookRoutes(context: ControlContext): Route[] {
  return [
    operation('testWebhook', 'write', async ({ tenantId, principal }) => {
      const { document, secrets } = await readSettings(context, tenantId);
      const webhook = objectMember(document, 'webhook');
      const url = textMember(webhook, 'url')?.trim() ?? '';
      if (webhook['enabled'] !== true || url === '') {
        throw new HttpError(400, 'webhook_not_configured', 'the webhook is disabled or has no URL');
      }
      const now = context.clock.now();
      const event = {
        event_id: context.newId('whe'),
        type: 'webhook.test',
        tenant_id: tenantId,
        occurred_at: instant(now),
        requested_by: principal.name,
        message: 'Test delivery of the decision webhook.',
      };
      const outcome = await deliverWebhook(
        event,
        { url, secret: secrets['webhook.secret'] },
        { allowPrivate: context.options.allowPrivateDelivery, now },
      );
      return { status: 200, body: { ...outcome, event_id: event.event_id, tested_at: instant(now) } };
    }),
  ];
}
