import { textMember, objectMember } from '../tenants/json-documents.js';
import { secretsInForce } from '../tenants/settings-secrets.js';
import type { TenantSettingsState } from '../tenants/settings-store.js';
import { destinationSection, destinationUrl, type DestinationName } from './switched-on.js';

interface Endpoint {
  readonly url: string;
  /** Sign every delivery; two while a replaced one is still good. */
  readonly secrets: readonly string[];
  readonly timeoutMs: number;
}

/** How a SIEM wants its events. */
type SiemFormat = 'json' | 'splunk' | 'sentinel';

/** A destination that is switched on, with all that a request to it needs. */
export type Channel =
  | (Endpoint & { readonly name: 'webhook' })
  | (Endpoint & {
      readonly name: 'siem';
      readonly format: SiemFormat;
      /** Stamped on every event. */
      readonly provider: string | null;
      /** Log Analytics workspace, when the host of the URL does not begin with it. */
      readonly workspaceId: string | undefined;
    })
  | (Endpoint & { readonly name: 'pam'; readonly provider: string; readonly authToken: string | undefined });

const TIMEOUT_MS = 10_000;
const MAX_TIMEOUT_MS = 60_000;

/** The destination as the settings have it now; undefined while it is switched off. */
export function channelOf(
  settings: TenantSettingsState,
  name: DestinationName,
  now: number,
): Channel | undefined {
  const { document } = settings;
  const url = destinationUrl(document, name);
  if (url === undefined) return undefined;
  const section = destinationSection(document, name);
  if (name === 'webhook') {
    return { name, url, secrets: secretsInForce(settings, 'webhook.secret', now), timeoutMs: TIMEOUT_MS };
  }
  if (name === 'siem') {
    const provider = textMember(objectMember(document, 'siem'), 'provider') ?? null;
    return {
      name,
      url,
      secrets: secretsInForce(settings, 'siem.webhook.secret', now),
      timeoutMs: TIMEOUT_MS,
      format: siemFormat(textMember(section, 'provider') ?? provider ?? ''),
      provider,
      workspaceId: textMember(section, 'workspace_id'),
    };
  }
  return {
    name,
    url,
    secrets: secretsInForce(settings, 'pam.request_secret', now),
    timeoutMs: pamTimeout(section['request_timeout_seconds']),
    provider: pamProvider(settings),
    authToken: settings.secrets['pam.request_auth_token'],
  };
}

export function pamProvider({ document }: Pick<TenantSettingsState, 'document'>): string {
  const slug = textMember(objectMember(document, 'pam'), 'provider')?.trim();
  return slug === undefined || slug === '' ? 'custom' : slug;
}

/** Free slugs: `splunk_hec` and `microsoft-sentinel` mean what they say, anything unknown gets plain JSON. */
function siemFormat(slug: string): SiemFormat {
  if (/splunk/i.test(slug)) return 'splunk';
  return /sentinel|log[-_ ]?analytics/i.test(slug) ? 'sentinel' : 'json';
}

function pamTimeout(seconds: unknown): number {
  return typeof seconds === 'number' && seconds > 0 ? Math.min(seconds * 1000, MAX_TIMEOUT_MS) : TIMEOUT_MS;
}
