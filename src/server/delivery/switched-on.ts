import { objectMember, textMember, type JsonObject } from '../tenants/json-documents.js';

export const DESTINATIONS = ['webhook', 'siem', 'pam'] as const;
export type DestinationName = (typeof DESTINATIONS)[number];

/** Where a destination points; undefined while it is switched off or has no URL. */
export function destinationUrl(settings: JsonObject, name: DestinationName): string | undefined {
  return destinationSection(settings, name)['enabled'] === true
    ? destinationAddress(settings, name)
    : undefined;
}

/** Where a destination points, or would when it is switched on. */
export function destinationAddress(settings: JsonObject, name: DestinationName): string | undefined {
  const url = textMember(destinationSection(settings, name), name === 'pam' ? 'request_url' : 'url')?.trim();
  return url === '' ? undefined : url;
}

/** Why `destinationUrl` gave none, after the name of the destination. */
export function whyOff(settings: JsonObject, name: DestinationName): string {
  return destinationSection(settings, name)['enabled'] === true
    ? 'is switched on but has no URL'
    : 'is switched off';
}

/** The part of the settings with the switch and the URL. */
export function destinationSection(settings: JsonObject, name: DestinationName): JsonObject {
  return name === 'siem'
    ? objectMember(objectMember(settings, 'siem'), 'webhook')
    : objectMember(settings, name);
}
