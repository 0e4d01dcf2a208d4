import { HttpError } from '../http/port.js';
import { isJsonObject, ownMember, type JsonObject } from './json-documents.js';

const TIERS: readonly unknown[] = ['low', 'medium', 'high', 'critical'];

/**
 * What the wire schema leaves open and the engine relies on. A misspelt tier or intent would be ignored in silence, and
 * the tenant would believe in a limit that is not there.
 */
export function checkSettings(written: JsonObject): void {
  const overrides = ownMember(written, 'tool_risk_overrides');
  if (isJsonObject(overrides)) {
    for (const [tool, tier] of Object.entries(overrides)) {
      if (!TIERS.includes(tier)) {
        refuse(`tool_risk_overrides.${tool}`, 'must be one of low, medium, high, critical');
      }
    }
  }
  const intents = ownMember(written, 'session_intents') ?? {};
  if (!isJsonObject(intents)) refuse('session_intents', 'must map intents to lists of tools');
  for (const [intent, tools] of Object.entries(intents)) {
    if (!Array.isArray(tools) || !tools.every((tool) => typeof tool === 'string')) {
      refuse(`session_intents.${intent}`, 'must be a list of tool names');
    }
  }
}

function refuse(path: string, message: string): never {
  throw new HttpError(400, 'invalid_request', `${path} ${message}`, { issues: [{ path, message }] });
}
