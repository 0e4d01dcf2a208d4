import { isJsonObject, type JsonObject } from '../../tenants/json-documents.js';

/** Controls of a policy document that are on or off. */
export const SWITCHES = [
  'block_uploads',
  'block_downloads',
  'block_clipboard',
  'block_printing',
  'block_screenshots',
  'block_private_browsing',
  'block_developer_tools',
  'block_password_manager',
] as const;

/** Controls that list sites or extensions. */
export const LISTS = [
  'blocked_urls',
  'allowed_urls',
  'blocked_extensions',
  'allowed_extensions',
  'required_extensions',
] as const;

export type Switch = (typeof SWITCHES)[number];
export type List = (typeof LISTS)[number];

/** A policy document, read; described in `docs/guides/browser-policy.md`. */
export interface BrowserControls {
  readonly on: ReadonlySet<Switch>;
  readonly lists: ReadonlyMap<List, readonly string[]>;
  /** Settings of the browser itself, as written. */
  readonly native: JsonObject;
  /** Members that mean nothing here, misspelt ones among them. */
  readonly unknown: readonly string[];
}

/** @param nativeName what names of the browser's own settings look like */
export function readControls(document: JsonObject, nativeName: RegExp): BrowserControls {
  const on = new Set<Switch>();
  const lists = new Map<List, readonly string[]>();
  const native: [string, unknown][] = [];
  const unknown: string[] = [];
  for (const [member, value] of Object.entries(document)) {
    const toggle = SWITCHES.find((name) => name === member);
    const list = LISTS.find((name) => name === member);
    if (toggle !== undefined && typeof value === 'boolean') {
      if (value) on.add(toggle);
    } else if (list !== undefined && isTextList(value)) lists.set(list, value);
    else if (member === 'native' && isJsonObject(value)) native.push(...Object.entries(value));
    else if (nativeName.test(member)) native.push([member, value]);
    else unknown.push(member);
  }
  return { on, lists, native: Object.fromEntries(native), unknown };
}

function isTextList(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((entry) => typeof entry === 'string');
}
