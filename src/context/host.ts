import { usageError } from '../errors/index.js';

export const DEFAULT_APEX = 'atensecurity.com';

const LABEL = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/i;
const TENANT = /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/;

/** `https://grid.<tenant>.<apex>` and its data-plane sibling. Refuses parts that would name another host. */
export function derivedUrl(service: 'grid' | 'enforce', tenantId: string, apexDomain: string): string {
  if (!LABEL.test(tenantId)) {
    throw usageError(
      `No host can be derived from the tenant ${JSON.stringify(tenantId)}.`,
      'Give the address with --govapi-url.',
    );
  }
  if (!apexDomain.split('.').every((label) => LABEL.test(label))) {
    throw usageError(
      `${JSON.stringify(apexDomain)} is not a domain.`,
      'Check --apex-domain and THOTH_APEX_DOMAIN.',
    );
  }
  return `https://${service}.${tenantId}.${apexDomain}`.toLowerCase();
}

export function checkTenantId(tenantId: string): void {
  if (!TENANT.test(tenantId)) {
    throw usageError(
      `${JSON.stringify(tenantId)} is not a tenant.`,
      'Give the tenant slug, for example acme.',
    );
  }
}

/** Two spellings of one address are one address. */
export function sameAddress(left: string, right: string): boolean {
  return normalise(left) === normalise(right);
}

function normalise(address: string): string {
  try {
    return new URL(address).href.replace(/\/+$/, '');
  } catch {
    return address;
  }
}
