import type { EndpointOs } from '../../contract/govapi/types.js';
import { isJsonObject, objectMember, type JsonObject } from '../tenants/json-documents.js';
import { operatingSystem } from './platform.js';

/** One device of an inventory, reduced to what governance needs; null is what the vendor does not tell. */
export interface Device {
  /** Stable id in the vendor's inventory. */
  readonly id: string;
  readonly hostname: string;
  readonly os: EndpointOs | null;
  readonly osVersion: string | null;
  readonly employeeName: string | null;
  readonly employeeEmail: string | null;
  readonly department: string | null;
}

/** A row is a device, one of a kind that is not governed, or cannot be read. */
export type DeviceReading =
  | { readonly kind: 'device'; readonly device: Device }
  | { readonly kind: 'unsupported' }
  | { readonly kind: 'fault'; readonly device: string | null; readonly reason: string };

/** Where a vendor keeps the members of a device; dots lead into objects, the first that holds text wins. */
export interface DeviceMembers {
  readonly id: readonly string[];
  /** Without any of these the id has to do. */
  readonly hostname: readonly string[];
  readonly platform: readonly string[];
  readonly osVersion: readonly string[];
  /** Candidates count only with an at sign: some vendors put login names there. */
  readonly email: readonly string[];
  readonly employee: readonly string[];
  readonly department: readonly string[];
}

const MAX_TEXT = 255;
// Ids become part of keys, names go to terminals; and half a surrogate pair could be neither shown nor recorded.
const UNFIT = /[\p{Cc}\p{Surrogate}]/u;

class UnfitMember extends Error {}

export function readDevice(row: unknown, members: DeviceMembers): DeviceReading {
  if (!isJsonObject(row)) return { kind: 'fault', device: null, reason: 'the row is not an object' };
  try {
    const id = firstText(row, members.id);
    if (id === null) return { kind: 'fault', device: anyName(row, members), reason: 'the device has no id' };
    const os = operatingSystem(firstText(row, members.platform));
    if (os === 'unsupported') return { kind: 'unsupported' };
    const employeeEmail = firstText(row, members.email, (text) => text.includes('@'));
    const employee = firstText(row, members.employee);
    return {
      kind: 'device',
      device: {
        id,
        hostname: firstText(row, members.hostname) ?? id,
        os,
        osVersion: firstText(row, members.osVersion),
        employeeName: employee === employeeEmail ? null : employee,
        employeeEmail,
        department: firstText(row, members.department),
      },
    };
  } catch (error) {
    if (!(error instanceof UnfitMember)) throw error;
    return { kind: 'fault', device: anyName(row, members), reason: error.message };
  }
}

/** Nobody is known to use it. */
export function isUnassigned(device: Device): boolean {
  return device.employeeEmail === null && device.employeeName === null;
}

function firstText(
  row: JsonObject,
  paths: readonly string[],
  accepts: (text: string) => boolean = () => true,
): string | null {
  for (const path of paths) {
    const value = valueAt(row, path);
    const text = typeof value === 'number' ? String(value) : typeof value === 'string' ? value.trim() : '';
    if (text === '' || !accepts(text)) continue;
    if (text.length > MAX_TEXT) throw new UnfitMember(`${path} is longer than ${MAX_TEXT} characters`);
    if (UNFIT.test(text)) throw new UnfitMember(`${path} holds control characters`);
    return text;
  }
  return null;
}

function valueAt(row: JsonObject, path: string): unknown {
  const names = path.split('.');
  const last = names.pop() ?? '';
  const holder = names.reduce(objectMember, row);
  return Object.hasOwn(holder, last) ? holder[last] : undefined;
}

/** Something by which a person finds the row in the vendor's console. */
function anyName(row: JsonObject, members: DeviceMembers): string | null {
  for (const path of [...members.id, ...members.hostname]) {
    const value = valueAt(row, path);
    if (typeof value !== 'string' && typeof value !== 'number') continue;
    const text = String(value)
      .replaceAll(/[\p{Cc}\p{Surrogate}]/gu, '')
      .trim();
    if (text !== '') return [...text].slice(0, 80).join('');
  }
  return null;
}
