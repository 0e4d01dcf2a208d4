import { isProviderSlug } from '../../mdm/connectors.js';
import { presentJob } from '../../mdm/job-row.js';
import {
  mergeProvider,
  misdirectedSecrets,
  presentProvider,
  providerColumns,
  type StoredProvider,
} from '../../mdm/provider-row.js';
import { findProvider, listProviders, saveProvider } from '../../mdm/provider-store.js';
import { wholeNumber } from '../../reports/query-values.js';
import { sameJson } from '../../tenants/json-documents.js';
import { actorOf, commitChange } from '../../tenants/recorded-change.js';
import type { ControlContext } from '../control-context.js';
import { operation } from '../operation.js';
import { HttpError, type Route } from '../port.js';

const DEFAULT_JOBS = 50;
const MAX_JOBS = 200;

export function mdmRoutes(context: ControlContext): Route[] {
  const { store, clock, tenants, syncJobs } = context;

  const known = async (tenantId: string, provider: string | undefined): Promise<StoredProvider> => {
    const stored = await findProvider(context, tenantId, provider ?? '');
    if (stored === undefined) throw new HttpError(404, 'not_found', 'no such MDM provider');
    return stored;
  };

  const jobOf = async (tenantId: string, jobId: string) => {
    const row = await store.read
      .selectFrom('mdm_jobs')
      .selectAll()
      .where('tenant_id', '=', tenantId)
      .where('job_id', '=', jobId)
      .executeTakeFirst();
    const job = row === undefined ? undefined : presentJob(row);
    if (job === undefined) throw new HttpError(404, 'not_found', 'no such sync job');
    return job;
  };

  return [
    operation('listMdmProviders', 'read', async ({ tenantId }) => {
      const data = (await listProviders(context, tenantId)).map(presentProvider);
      return { status: 200, body: { data, total: data.length } };
    }),

    operation('getMdmProvider', 'read', async ({ tenantId, params }) => ({
      status: 200,
      body: presentProvider(await known(tenantId, params['provider'])),
    })),

    operation('upsertMdmProvider', 'write', (request) => {
      const { tenantId, body } = request;
      return tenants.exclusively(tenantId, async () => {
        const before = await findProvider(context, tenantId, body.provider);
        const after = mergeProvider(before, body, clock.now());
        // The operator repeats this call on every reconcile: the same again is no change.
        if (before !== undefined && sameProvider(tenantId, before, after)) {
          return { status: 200, body: presentProvider(before) };
        }
        const kept = before === undefined ? [] : misdirectedSecrets(before, after, body);
        if (kept.length > 0) {
          throw new HttpError(
            400,
            'secret_required',
            `the address leads to another host: give ${kept.join(', ')} again, or null to clear`,
            { members: kept },
          );
        }
        await commitChange(context, {
          tenantId,
          action: 'mdm_provider.upsert',
          actor: actorOf(request),
          target: { type: 'mdm_provider', id: after.provider },
          facts: {
            enabled: after.enabled,
            config_members: Object.keys(after.config).sort(),
            secrets_changed:
              before === undefined ? Object.keys(after.secrets).sort() : changedSecrets(before, after),
          },
          statements: [saveProvider(context, tenantId, after)],
        });
        return { status: 200, body: presentProvider(after) };
      });
    }),

    operation('startMdmSync', 'write', async (request) => {
      const { tenantId, params } = request;
      const provider = await known(tenantId, params['provider']);
      if (!provider.enabled) {
        throw new HttpError(409, 'mdm_provider_disabled', `the provider ${provider.provider} is disabled`);
      }
      const jobId = await syncJobs.start(tenantId, provider, actorOf(request));
      return { status: 202, body: await jobOf(tenantId, jobId) };
    }),

    operation('listMdmSyncJobs', 'read', async ({ tenantId, query }) => {
      const { provider, before } = query;
      if (provider !== undefined && !isProviderSlug(provider)) {
        throw new HttpError(400, 'invalid_request', 'query member provider names no kind of provider');
      }
      const limit = wholeNumber(query, 'limit', { min: 1, max: MAX_JOBS }) ?? DEFAULT_JOBS;
      let matching = store.read.selectFrom('mdm_jobs').where('tenant_id', '=', tenantId);
      if (provider !== undefined) matching = matching.where('provider', '=', provider);
      const { total } = await matching
        .select(({ fn }) => fn.countAll<number>().as('total'))
        .executeTakeFirstOrThrow();
      // Ids sort by time.
      let page = matching.selectAll().orderBy('job_id', 'desc').limit(limit);
      if (before !== undefined) page = page.where('job_id', '<', before);
      const rows = await page.execute();
      const data = rows
        .map(presentJob)
        .filter((job) => job !== undefined)
        .map(({ device_errors: _errors, ...job }) => job);
      return { status: 200, body: { data, total } };
    }),

    operation('getMdmSyncJob', 'read', async ({ tenantId, params }) => ({
      status: 200,
      body: await jobOf(tenantId, params['jobId'] ?? ''),
    })),
  ];
}

function sameProvider(tenantId: string, left: StoredProvider, right: StoredProvider): boolean {
  const { updated_at: _left, ...a } = providerColumns(tenantId, left);
  const { updated_at: _right, ...b } = providerColumns(tenantId, right);
  return (
    sameJson(JSON.parse(a.document), JSON.parse(b.document)) &&
    sameJson(JSON.parse(a.secrets), JSON.parse(b.secrets))
  );
}

function changedSecrets(before: StoredProvider, after: StoredProvider): string[] {
  return [...new Set([...Object.keys(before.secrets), ...Object.keys(after.secrets)])]
    .filter((name) => before.secrets[name] !== after.secrets[name])
    .sort();
}
