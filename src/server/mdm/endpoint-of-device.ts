import { createHash } from 'node:crypto';
import type { EndpointEnrollment, MdmProviderSlug } from '../../contract/govapi/types.js';
import type { EndpointReport } from '../tenants/endpoints/endpoint-report.js';
import { parseDocument, textMember } from '../tenants/json-documents.js';
import type { Device } from './device.js';

/** The contract has a word for each vendor; an inventory of the customer's own is kept by hand. */
export const ENROLLMENTS: Readonly<Record<MdmProviderSlug, EndpointEnrollment>> = {
  jamf: 'jamf',
  intune: 'intune',
  workspace_one: 'workspace_one',
  kandji: 'kandji',
  custom: 'manual',
};

/** Members of an endpoint an inventory speaks for; everything else belongs to whoever else reports on it. */
type Told = Pick<EndpointReport, 'os' | 'os_version' | 'employee_name' | 'employee_email' | 'department'>;

const URL_SAFE = /^[A-Za-z0-9][A-Za-z0-9._-]{0,100}$/;

/** The same endpoint for the same device, for ever; ids of ours go into paths unescaped. */
export function endpointIdOf(provider: MdmProviderSlug, deviceId: string): string {
  if (URL_SAFE.test(deviceId)) return `${provider}-${deviceId}`;
  return `${provider}-sha256-${createHash('sha256').update(deviceId).digest('hex').slice(0, 40)}`;
}

/** What the vendor tells of a device, as it is kept until the next sync; untold members are absent. */
export function toldBy(device: Device): string {
  const told: Told = {
    ...(device.os !== null && { os: device.os }),
    ...(device.osVersion !== null && { os_version: device.osVersion }),
    ...(device.employeeName !== null && { employee_name: device.employeeName }),
    ...(device.employeeEmail !== null && { employee_email: device.employeeEmail }),
    ...(device.department !== null && { department: device.department }),
  };
  return JSON.stringify(told);
}

/**
 * The report on the endpoint of a device. A member the vendor tells is written; one it told before and tells no longer
 * is cleared, such as the user of a device handed in; one it never told is left to whoever did.
 */
export function reportOn(
  provider: MdmProviderSlug,
  endpointId: string,
  device: Device,
  toldBefore: string | undefined,
): EndpointReport {
  const before = toldBefore === undefined ? {} : parseDocument(toldBefore);
  const merged = <T extends string>(name: keyof Told, told: T | null): T | null | undefined =>
    told ?? (textMember(before, name) === undefined ? undefined : null);
  return {
    endpoint_id: endpointId,
    hostname: device.hostname,
    provider,
    enrollment: ENROLLMENTS[provider],
    os: merged('os', device.os),
    os_version: merged('os_version', device.osVersion),
    employee_name: merged('employee_name', device.employeeName),
    employee_email: merged('employee_email', device.employeeEmail),
    department: merged('department', device.department),
  };
}
