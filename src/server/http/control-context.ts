import type { ServerContext } from '../context.js';
import type { DeliveryService } from '../delivery/delivery-service.js';
import type { SyncJobs } from '../mdm/sync-jobs.js';
import type { CredentialDirectory } from '../tenants/credential-directory.js';

/** What the control-plane families use beyond the shared context. */
export interface ControlContext extends ServerContext {
  readonly credentials: CredentialDirectory;
  /** The first tenant: its admins own the installation. */
  readonly ownerTenantId: string;
  readonly dataDir: string;
  /** Folder whose files `file://` bundle sources may name. */
  readonly policySourceDir: string;
  /** Signs session tokens. */
  readonly sessionSecret: string;
  readonly startedAt: number;
  readonly version: string;
  readonly authorizationTimes: AuthorizationTimes;
  readonly syncJobs: SyncJobs;
  readonly deliveries: DeliveryService;
}

/** Mean duration of authentication, for the key metrics. */
export interface AuthorizationTimes {
  note(milliseconds: number): void;
  mean(): number;
}
