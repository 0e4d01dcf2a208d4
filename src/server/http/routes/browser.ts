import { isDeepStrictEqual } from 'node:util';
import {
  enrollmentFamily,
  enrollmentMeant,
  presentEnrollment,
  writtenEnrollment,
} from '../../browser/enrollment.js';
import { policyFamily, policyMeant, presentPolicy, writtenPolicy } from '../../browser/policy.js';
import { presentProvider, providerFamily, writtenProvider } from '../../browser/provider.js';
import { actorOf, commitChange } from '../../tenants/recorded-change.js';
import { resourceStore, type ResourceStore, type StoredResource } from '../../tenants/resources.js';
import type { ControlContext } from '../control-context.js';
import { operation } from '../operation.js';
import type { Route, RouteContext } from '../port.js';

type Writer = Pick<RouteContext, 'tenantId' | 'principal' | 'provenance'>;

/** Browser governance: integrations, policies and enrolled browsers. There are only upserts; rows stay for ever. */
export function browserRoutes(context: ControlContext): Route[] {
  const { clock, tenants } = context;
  const providers = resourceStore(context, providerFamily);
  const policies = resourceStore(context, policyFamily);
  const enrollments = resourceStore(context, enrollmentFamily);

  /** Keeps the row as it is when the write says nothing new: clients repeat their upserts. */
  const save = async <Document extends object>(
    request: Writer,
    type: string,
    store: ResourceStore<Document>,
    before: StoredResource<Document> | undefined,
    after: StoredResource<Document>,
    facts: Readonly<Record<string, unknown>>,
  ): Promise<StoredResource<Document>> => {
    if (
      before !== undefined &&
      isDeepStrictEqual([before.document, before.secrets], [after.document, after.secrets])
    ) {
      return before;
    }
    await commitChange(context, {
      tenantId: request.tenantId,
      action: `${type}.upsert`,
      actor: actorOf(request),
      target: { type, id: after.id },
      facts,
      statements: [store.put(request.tenantId, after)],
    });
    return after;
  };

  return [
    operation('listBrowserProviders', 'read', async ({ tenantId }) => {
      const data = (await providers.list(tenantId)).map(presentProvider);
      return { status: 200, body: { data, total: data.length } };
    }),

    operation('upsertBrowserProvider', 'write', (request) => {
      const { tenantId, body } = request;
      return tenants.exclusively(tenantId, async () => {
        const before = await providers.find(tenantId, body.provider);
        const after = writtenProvider(before, body, clock.now());
        const saved = await save(request, 'browser_provider', providers, before, after, {
          ...after.document,
          config_members: Object.keys(body.config ?? {}).sort(),
        });
        return { status: 200, body: presentProvider(saved) };
      });
    }),

    operation('listBrowserPolicies', 'read', async ({ tenantId, query }) => {
      const data = (await policies.list(tenantId))
        .filter(({ document }) => matches(query, 'provider', document.provider))
        .map(presentPolicy);
      return { status: 200, body: { data, total: data.length } };
    }),

    operation('upsertBrowserPolicy', 'write', (request) => {
      const { tenantId, body, principal } = request;
      return tenants.exclusively(tenantId, async () => {
        const before = policyMeant(await policies.list(tenantId), body);
        const id = before?.id ?? (body.policy_id || context.newId('bpol'));
        const after = writtenPolicy(id, before, body, { name: principal.name, now: clock.now() });
        const { policy, metadata: _metadata, ...facts } = after.document;
        const saved = await save(request, 'browser_policy', policies, before, after, {
          ...facts,
          policy_members: Object.keys(policy).sort(),
        });
        return { status: 200, body: presentPolicy(saved) };
      });
    }),

    operation('listBrowserEnrollments', 'read', async ({ tenantId, query }) => {
      const data = (await enrollments.list(tenantId))
        .filter(
          ({ document }) =>
            matches(query, 'provider', document.provider) && matches(query, 'status', document.status),
        )
        .map(presentEnrollment);
      return { status: 200, body: { data, total: data.length } };
    }),

    operation('upsertBrowserEnrollment', 'write', (request) => {
      const { tenantId, body } = request;
      return tenants.exclusively(tenantId, async () => {
        const before = enrollmentMeant(await enrollments.list(tenantId), body);
        const id = before?.id ?? (body.enrollment_id || context.newId('benr'));
        const after = writtenEnrollment(id, before, body, clock.now());
        const { metadata: _metadata, ...facts } = after.document;
        const saved = await save(request, 'browser_enrollment', enrollments, before, after, facts);
        return { status: 200, body: presentEnrollment(saved) };
      });
    }),
  ];
}

function matches(query: Readonly<Record<string, string>>, name: string, value: unknown): boolean {
  return query[name] === undefined || query[name] === value;
}
