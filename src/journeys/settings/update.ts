import { setTimeout as delay } from 'node:timers/promises';
import { ThothctlError } from '../../errors/index.js';
import type { OperationOutput } from '../../contract/index.js';
import type { GovApi } from '../../govapi/client.js';
import { mergeSettings, settingsChanges, type SettingsChange, type SettingsDocument } from './document.js';

type TenantSettings = OperationOutput<'getTenantSettings'>;
export type SettingsApi = Pick<GovApi, 'call'>;

export interface SettingsUpdate {
  readonly status: 'updated' | 'unchanged' | 'planned';
  /** After the update; as read when nothing was sent. */
  readonly settings: TenantSettings;
  readonly changes: readonly SettingsChange[];
}

/**
 * Reads the document, applies the patch and sends everything back, so that members no flag names survive.
 * Nothing is sent when nothing would change, or on a dry run.
 */
export async function updateSettings(
  api: SettingsApi,
  patch: SettingsDocument,
  options: { readonly dryRun: boolean; readonly signal?: AbortSignal },
): Promise<SettingsUpdate> {
  const { dryRun, signal } = options;
  for (let attempt = 1; ; attempt += 1) {
    const current = await api.call('getTenantSettings', {}, { signal });
    const wanted = mergeSettings(current, patch);
    const changes = settingsChanges(current, wanted);
    if (changes.length === 0) return { status: 'unchanged', settings: current, changes };
    if (dryRun) return { status: 'planned', settings: current, changes };
    try {
      const settings = await api.call('updateTenantSettings', { body: wanted }, { signal });
      return { status: 'updated', settings, changes };
    } catch (cause) {
      // Another writer came between read and write; what it wrote must survive, so read again.
      if (!(cause instanceof ThothctlError) || cause.exit !== 'conflict' || attempt === 3) throw cause;
      await delay(100 * attempt * Math.random(), undefined, { signal });
    }
  }
}

/** What `patch` would change, without sending anything but the read. */
export async function diffSettings(
  api: SettingsApi,
  patch: SettingsDocument,
  signal?: AbortSignal,
): Promise<readonly SettingsChange[]> {
  const current = await api.call('getTenantSettings', {}, { signal });
  return settingsChanges(current, mergeSettings(current, patch));
}
