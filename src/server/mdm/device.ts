import { isJsonObject, objectMember, type JsonObject } from '../tenants/json-documents.js';

/** One device of an inventory, reduced to what governance needs. */
export interface Device {
  readonly id: string;
  readonly name: string | null;
  readonly serial: string | null;
  /** Who uses it; a device without a user cannot be mapped. */
  readonly user: string | null;
  readonly os: string | null;
}

/** Where a vendor keeps the members of a device; dots lead into objects, the first that holds text wins. */
export interface DeviceMembers {
  readonly id: readonly string[];
  readonly name: readonly string[];
  readonly serial: readonly string[];
  readonly user: readonly string[];
  readonly os: readonly string[];
}

/** Undefined for a row without an id. */
export function readDevice(row: unknown, members: DeviceMembers): Device | undefined {
  if (!isJsonObject(row)) return undefined;
  const id = firstText(row, members.id);
  if (id === null) return undefined;
  return {
    id,
    name: firstText(row, members.name),
    serial: firstText(row, members.serial),
    user: firstText(row, members.user),
    os: firstText(row, members.os),
  };
}

function firstText(row: JsonObject, paths: readonly string[]): string | null {
  for (const path of paths) {
    const names = path.split('.');
    const last = names.pop() ?? '';
    const holder = names.reduce(objectMember, row);
    const value = holder[last];
    if (typeof value === 'string' && value.trim() !== '') return value.trim();
    if (typeof value === 'number') return String(value);
  }
  return null;
}
