import { actorOf } from '../../tenants/recorded-change.js';
import { presentSettings, readSettings, writeSettings } from '../../tenants/settings-store.js';
import { isJsonObject } from '../../tenants/json-documents.js';
import type { ControlContext } from '../control-context.js';
import type { Route } from '../port.js';

export function settingsRoutes(context: ControlContext): Route[] {
  return [
    {
      operationId: 'getTenantSettings',
      permission: 'read',
      async handle({ tenantId }) {
        return { status: 200, body: presentSettings(tenantId, await readSettings(context, tenantId)) };
      },
    },
    {
      operationId: 'updateTenantSettings',
      permission: 'write',
      async handle(request) {
        const { tenantId, body } = request;
        const written = isJsonObject(body) ? body : {};
        const state = await writeSettings(context, tenantId, written, actorOf(request));
        return { status: 200, body: presentSettings(tenantId, state) };
      },
    },
  ];
}
