import type { CompiledQuery } from 'kysely';
import type { Database } from '../store/schema.js';
import { saveEndpoints, type EndpointReport } from '../tenants/endpoints/endpoint-report.js';
import { commitChange, SERVER_ACTOR } from '../tenants/recorded-change.js';
import { isUnassigned, type Device, type DeviceReading } from './device.js';
import { ENROLLMENTS, endpointIdOf, reportOn, toldBy } from './endpoint-of-device.js';
import { MAX_DEVICE_ERRORS, type DeviceError, type JobProgress } from './job-progress.js';
import type { SyncJob } from './job-row.js';
import { countsOf, saveJob, type JobParts } from './job-store.js';

type Row = Database['mdm_devices'];

/** Rows of one commit: few enough not to keep other changes of the tenant waiting. */
export const ROWS_PER_COMMIT = 500;

/**
 * Writes the devices of some rows and how far the job has come by them, in one unit: whatever ends the process, no
 * device is counted twice and none is passed over. Returns the job as it now stands.
 */
export function commitDevices(
  parts: JobParts,
  job: SyncJob,
  readings: readonly DeviceReading[],
  advance: (progress: JobProgress) => JobProgress,
): Promise<SyncJob> {
  return parts.tenants.exclusively(job.tenantId, async () => {
    // Pages shift while they are read: a device that comes twice is one device, as told last.
    const devices = new Map<string, Device>();
    for (const reading of readings)
      if (reading.kind === 'device') devices.set(reading.device.id, reading.device);
    const known = await knownDevices(parts, job, [...devices.keys()]);
    const fresh = [...devices.values()].filter((device) => known.get(device.id)?.job_id !== job.jobId);
    const after: SyncJob = {
      ...job,
      progress: advance({
        ...counted(job.progress, readings),
        synced: job.progress.synced + fresh.length,
        unassigned: job.progress.unassigned + fresh.filter(isUnassigned).length,
      }),
    };
    const reports: EndpointReport[] = [];
    const statements: CompiledQuery[] = [];
    for (const device of devices.values()) {
      const before = known.get(device.id);
      const endpointId = before?.endpoint_id ?? endpointIdOf(job.provider, device.id);
      reports.push(reportOn(job.provider, endpointId, device, before?.told));
      statements.push(saveDevice(parts, job, device, endpointId));
    }
    await commitChange(parts, {
      tenantId: job.tenantId,
      action: 'mdm_sync.devices',
      actor: SERVER_ACTOR,
      target: { type: 'mdm_job', id: job.jobId },
      facts: { provider: job.provider, ...countsOf(after.progress) },
      statements: [
        ...saveEndpoints(parts, job.tenantId, reports, parts.clock.now()),
        ...statements,
        saveJob(parts, after, 'running'),
      ],
    });
    return after;
  });
}

/**
 * After a whole inventory: devices it no longer holds. Their endpoints stay, with everything recorded about them, as
 * unmanaged; unless somebody else has taken over the enrollment. One commit's worth; undefined when none is left.
 */
export function commitMissing(parts: JobParts, job: SyncJob): Promise<SyncJob | undefined> {
  return parts.tenants.exclusively(job.tenantId, async () => {
    const gone = await parts.store.read
      .selectFrom('mdm_devices')
      .select(['device_id', 'endpoint_id'])
      .where('tenant_id', '=', job.tenantId)
      .where('provider', '=', job.provider)
      .where('missing_since', 'is', null)
      .where('job_id', '!=', job.jobId)
      .limit(ROWS_PER_COMMIT)
      .execute();
    if (gone.length === 0) return undefined;
    const endpoints = await parts.store.read
      .selectFrom('endpoints')
      .select(['endpoint_id', 'hostname'])
      .where('tenant_id', '=', job.tenantId)
      .where(
        'endpoint_id',
        'in',
        gone.map((device) => device.endpoint_id),
      )
      .where('provider', '=', job.provider)
      .where('enrollment', '=', ENROLLMENTS[job.provider])
      .execute();
    const now = parts.clock.now();
    const after: SyncJob = {
      ...job,
      progress: { ...job.progress, missing: job.progress.missing + gone.length },
    };
    await commitChange(parts, {
      tenantId: job.tenantId,
      action: 'mdm_sync.missing',
      actor: SERVER_ACTOR,
      target: { type: 'mdm_job', id: job.jobId },
      facts: { provider: job.provider, endpoints: endpoints.map((endpoint) => endpoint.endpoint_id) },
      statements: [
        ...saveEndpoints(
          parts,
          job.tenantId,
          endpoints.map((endpoint) => ({ ...endpoint, enrollment: 'unmanaged' })),
          now,
        ),
        parts.store.build
          .updateTable('mdm_devices')
          .set({ missing_since: now })
          .where('tenant_id', '=', job.tenantId)
          .where('provider', '=', job.provider)
          .where(
            'device_id',
            'in',
            gone.map((device) => device.device_id),
          )
          .compile(),
        saveJob(parts, after, 'running'),
      ],
    });
    return after;
  });
}

async function knownDevices(
  { store }: JobParts,
  job: SyncJob,
  ids: readonly string[],
): Promise<ReadonlyMap<string, Pick<Row, 'endpoint_id' | 'told' | 'job_id'>>> {
  if (ids.length === 0) return new Map();
  const rows = await store.read
    .selectFrom('mdm_devices')
    .select(['device_id', 'endpoint_id', 'told', 'job_id'])
    .where('tenant_id', '=', job.tenantId)
    .where('provider', '=', job.provider)
    .where('device_id', 'in', ids)
    .execute();
  return new Map(rows.map((row) => [row.device_id, row]));
}

function saveDevice({ store }: JobParts, job: SyncJob, device: Device, endpointId: string): CompiledQuery {
  const changing = { told: toldBy(device), job_id: job.jobId, missing_since: null };
  return store.build
    .insertInto('mdm_devices')
    .values({
      tenant_id: job.tenantId,
      provider: job.provider,
      device_id: device.id,
      endpoint_id: endpointId,
      ...changing,
    })
    .onConflict((conflict) => conflict.columns(['tenant_id', 'provider', 'device_id']).doUpdateSet(changing))
    .compile();
}

/** Rows read, and those that are no devices of ours. */
function counted(progress: JobProgress, readings: readonly DeviceReading[]): JobProgress {
  const errors: DeviceError[] = [];
  let skipped = 0;
  for (const [index, reading] of readings.entries()) {
    if (reading.kind === 'unsupported') skipped += 1;
    if (reading.kind !== 'fault') continue;
    errors.push({ row: progress.seen + index + 1, device: reading.device, reason: reading.reason });
  }
  return {
    ...progress,
    seen: progress.seen + readings.length,
    skipped: progress.skipped + skipped,
    failed: progress.failed + errors.length,
    errors: [...progress.errors, ...errors].slice(0, MAX_DEVICE_ERRORS),
  };
}
