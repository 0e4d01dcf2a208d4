import { mkdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { instant } from '../../tenants/json-documents.js';
import { actorOf, commitChange } from '../../tenants/recorded-change.js';
import type { ControlContext } from '../control-context.js';
import { operation } from '../operation.js';
import { HttpError, type Route } from '../port.js';
import { requireOwner } from './tenants.js';

const FEATURES = ['streams', 'agent-scope', 'evidence-export', 'tenants', 'sign-in-codes', 'backup'];

/** The server itself: what it is, and a copy of its data. */
export function serverRoutes(context: ControlContext): Route[] {
  const { clock, ownerTenantId, dataDir } = context;

  return [
    operation('getServerInfo', 'read', async ({ principal }) => {
      const owns = principal.kind === 'admin' && principal.tenantId === ownerTenantId;
      return {
        status: 200,
        body: {
          product: 'thothctl',
          version: context.version,
          started_at: instant(context.startedAt),
          uptime_seconds: Math.max(0, clock.now() - context.startedAt) / 1000,
          features: FEATURES,
          ...(owns ? { data_dir: dataDir } : {}),
        },
      };
    }),

    operation('backupServer', 'write', async (request) => {
      requireOwner(request.principal, ownerTenantId);
      const now = clock.now();
      const folder = join(dataDir, 'backups');
      const name = request.body?.name ?? `thoth-${instant(now).replaceAll(/[:.]/g, '-')}.db`;
      const file = join(folder, name);
      await mkdir(folder, { recursive: true, mode: 0o700 });
      if ((await stat(file).catch(() => undefined)) !== undefined) {
        throw new HttpError(409, 'already_exists', `a backup named ${name} exists already`);
      }
      await context.store.backup(file);
      const { size } = await stat(file);
      await commitChange(context, {
        tenantId: request.tenantId,
        action: 'server.backup',
        actor: actorOf(request),
        target: { type: 'backup', id: name },
        facts: { bytes: size },
        statements: [],
      });
      return { status: 201, body: { file, bytes: size, created_at: instant(now) } };
    }),
  ];
}
