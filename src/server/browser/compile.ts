import type { BrowserProviderSlug } from '../../contract/govapi/types.js';
import { isJsonObject, ownMember, type JsonObject } from '../tenants/json-documents.js';
import { chrome } from './native/chrome.js';
import { LISTS, readControls, SWITCHES } from './native/controls.js';
import { firefox } from './native/firefox.js';
import type { CompiledIdentity, NativeForm } from './native/form.js';
import { island } from './native/island.js';
import { safari } from './native/safari.js';

const FORMS: Readonly<Record<BrowserProviderSlug, NativeForm>> = { chrome, firefox, safari, island };

export interface CompiledPolicy {
  /** What the browser reads. */
  readonly document: JsonObject;
  /** Members of the policy that have no effect in this browser. */
  readonly unsupported: readonly string[];
}

/**
 * The browser's own form of a policy. Deterministic: the same policy always gives the same document. In monitor mode only
 * what reports is compiled, with extensions to install and the browser's own settings; nothing that blocks.
 */
export function compilePolicy(
  provider: BrowserProviderSlug,
  policy: JsonObject,
  identity: CompiledIdentity,
): CompiledPolicy {
  const form = FORMS[provider];
  const controls = readControls(policy, form.nativeName);
  const enforced = identity.mode === 'enforce';
  const unsupported = [...controls.unknown];
  let settings: JsonObject = {};
  for (const control of SWITCHES) {
    if (!controls.on.has(control)) continue;
    if (form.switches[control] === undefined) unsupported.push(control);
    settings = merged(settings, (enforced ? form.switches : form.reports)[control] ?? {});
  }
  for (const control of LISTS) {
    const entries = controls.lists.get(control);
    if (entries === undefined) continue;
    const setting = form.lists[control];
    if (setting === undefined) unsupported.push(control);
    else if (enforced || control === 'required_extensions') settings = merged(settings, setting(entries));
  }
  return {
    document: form.document(merged(settings, controls.native), identity),
    unsupported: unsupported.sort(),
  };
}

/** Objects merge, lists join, anything else of `over` replaces. */
function merged(under: JsonObject, over: JsonObject): JsonObject {
  const members = new Map(Object.entries(under));
  for (const [name, value] of Object.entries(over)) {
    const known = ownMember(under, name);
    if (isJsonObject(known) && isJsonObject(value)) members.set(name, merged(known, value));
    else if (Array.isArray(known) && Array.isArray(value))
      members.set(name, [...new Set([...known, ...value])]);
    else members.set(name, value);
  }
  return Object.fromEntries(members);
}
