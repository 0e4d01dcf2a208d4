import { join } from 'node:path';
import { createEvaluator } from '../engine/pool/index.js';
import type { Clock, ServerContext } from './context.js';
import { createDeliveryService } from './delivery/delivery-service.js';
import { RETRY_POLICY } from './delivery/retry-policy.js';
import { createAuthorizationTimes } from './http/authorization-times.js';
import { loadContractChecks } from './http/contract-checks.js';
import type { ControlContext } from './http/control-context.js';
import { buildEndpointTable } from './http/endpoint-table.js';
import { createFrame } from './http/frame.js';
import { listen } from './http/listener.js';
import { startVisibilityRecorder } from './enforce/visibility-recorder.js';
import { routeFamilies } from './http/routes/index.js';
import { ClosingOrder } from './lifecycle/closing-order.js';
import { defaultDataFolder } from './lifecycle/data-folder.js';
import { openInstallation, seedApplied } from './lifecycle/installation.js';
import { checkListenAddress, reachableUrl } from '../listen-address.js';
import {
  DEFAULT_HOST,
  DEFAULT_PORT,
  type RunningServer,
  type StartServerOptions,
} from './lifecycle/options.js';
import { checkReadyFile, removeReadyFile, writeReadyFile } from './lifecycle/ready-file.js';
import { applySeed } from './lifecycle/seed.js';
import { readSeedFile } from './lifecycle/seed-file.js';
import { readTlsFiles } from './lifecycle/tls-files.js';
import { createSyncJobs } from './mdm/sync-jobs.js';
import { openStore } from './store/index.js';
import { createCredentialDirectory } from './tenants/credential-directory.js';
import { idSource } from './tenants/ids.js';
import { startKeyUseRecorder } from './tenants/key-use-recorder.js';
import { createTenantRegistry } from './tenants/registry.js';
import { createStreamHub } from './tenants/stream-hub.js';

export { defaultDataFolder } from './lifecycle/data-folder.js';
export { checkReadyFile, removeReadyFile, writeReadyFile } from './lifecycle/ready-file.js';
export type { RunningServer, StartServerOptions } from './lifecycle/options.js';
export { restoreBackup } from './store/index.js';

const DEFAULT_HOLD_SECONDS = 900;
const DEFAULT_POLICY_INPUT_DAYS = 30;

/**
 * Starts the control plane and the data plane on one port. Resolves once requests are answered; everything that can be
 * refused is refused before the port is opened. Throws `ThothctlError`.
 */
export async function startServer(options: StartServerOptions = {}): Promise<RunningServer> {
  const closing = new ClosingOrder();
  try {
    return await start(options, closing);
  } catch (error) {
    // The cause of the failed start matters more than what its clean-up ran into.
    await closing.close().catch(() => {});
    throw error;
  }
}

async function start(options: StartServerOptions, closing: ClosingOrder): Promise<RunningServer> {
  const host = options.host ?? DEFAULT_HOST;
  const tls = await readTlsFiles(options.tls);
  checkListenAddress({ host, tls: tls !== undefined, insecureHttp: options.insecureHttp ?? false });
  const { readyFile } = options;
  if (readyFile !== undefined) await checkReadyFile(readyFile);
  const seed = options.seedFile === undefined ? undefined : await readSeedFile(options.seedFile);

  const clock: Clock = { now: () => Date.now() };
  const dataDir = options.dataDir ?? defaultDataFolder();
  const store = await openStore({ dataDir, clock });
  closing.add(() => store.close());

  const streams = createStreamHub();
  const newId = idSource(() => clock.now());
  const installation = await openInstallation({ store, clock, streams, newId }, dataDir, {
    tenantId: options.tenantId,
    seeded: seed !== undefined,
  });
  const { ownerTenantId, sessionSecret, adminTokenFile } = installation;

  const credentials = createCredentialDirectory(store);
  await credentials.load();
  const keyUse = startKeyUseRecorder(store, credentials);
  closing.add(() => keyUse.close());

  const visibility = startVisibilityRecorder(store, () => clock.now());
  closing.add(() => visibility.close());

  const evaluator = createEvaluator();
  closing.add(() => evaluator.close());

  const shared: ServerContext = {
    store,
    tenants: await createTenantRegistry(store, (bundles, tenantId) => {
      // A bundle that cannot be made ready blocks what it governs and says so then; nothing to wait for here.
      evaluator.prepare(bundles, tenantId).catch(() => {});
    }),
    evaluator,
    clock,
    streams,
    newId,
    signingKeys: () => store.keys(),
    visibility,
    options: {
      allowPrivateDelivery: options.allowPrivateDelivery ?? false,
      holdSeconds: options.holdSeconds ?? DEFAULT_HOLD_SECONDS,
      policyInputRetentionDays: options.policyInputRetentionDays ?? DEFAULT_POLICY_INPUT_DAYS,
      criticalApprovers: options.criticalApprovers ?? 1,
    },
  };
  const onFault = options.onFault ?? (() => {});
  const syncJobs = createSyncJobs(shared, (error) => onFault('mdm-sync', error));
  closing.add(() => syncJobs.close());
  await syncJobs.resume();

  const deliveries = createDeliveryService(shared, { ...RETRY_POLICY, ...options.deliveryRetry }, (error) =>
    onFault('delivery', error),
  );
  closing.add(() => deliveries.close());

  const context: ControlContext = {
    ...shared,
    syncJobs,
    deliveries,
    credentials,
    ownerTenantId,
    dataDir,
    policySourceDir: options.policySourceDir ?? join(dataDir, 'policy-sources'),
    sessionSecret,
    startedAt: clock.now(),
    version: options.version ?? '0.0.0',
    authorizationTimes: createAuthorizationTimes(),
  };

  if (seed !== undefined && installation.seedPending) {
    await applySeed(context, ownerTenantId, seed);
    await seedApplied(context, ownerTenantId);
  }

  await deliveries.start();

  const routes = routeFamilies.flatMap((family) => family(context));
  const endpoints = buildEndpointTable(routes);
  const checks = await loadContractChecks(endpoints.all, {
    validateResponses: options.validateResponses ?? process.env['THOTHCTL_VALIDATE_RESPONSES'] === '1',
  });
  let ready = true;
  const frame = createFrame({
    endpoints,
    checks,
    credentials,
    newId,
    now: () => clock.now(),
    noteAuthorization: (milliseconds) => context.authorizationTimes.note(milliseconds),
    onFault,
    readiness: async () => (ready ? ((await store.hindrance()) ?? 'ready') : 'draining'),
  });
  const listener = await listen(frame, { host, port: options.port ?? DEFAULT_PORT }, tls);
  closing.add(() => listener.close());
  closing.add(() => {
    ready = false;
    streams.close();
  });

  const url = reachableUrl(host, listener.port, tls !== undefined);
  if (readyFile !== undefined) {
    closing.add(() => removeReadyFile(readyFile, process.pid));
    await writeReadyFile(readyFile, {
      url,
      tenant_id: ownerTenantId,
      admin_token_file: adminTokenFile,
      pid: process.pid,
    });
  }
  return { url, tenantId: ownerTenantId, adminTokenFile, dataDir, close: () => closing.close() };
}
