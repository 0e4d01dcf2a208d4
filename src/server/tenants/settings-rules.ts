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

/** Every reload reads the document whole and a thousand versions of it are kept. */
const LARGEST_DOCUMENT_BYTES = 1024 * 1024;

/** Refuses a document that outgrows its limit; one that is over it already may still shrink. */
export function checkDocumentSize(before: JsonObject, after: JsonObject): void {
  const bytes = Buffer.byteLength(JSON.stringify(after));
  if (bytes <= LARGEST_DOCUMENT_BYTES || bytes <= Buffer.byteLength(JSON.stringify(before))) return;
  throw new HttpError(
    400,
    'settings_too_large',
    `the settings would have ${bytes} bytes; they may have ${LARGEST_DOCUMENT_BYTES} bytes at most`,
    { limit_bytes: LARGEST_DOCUMENT_BYTES },
  );
}

function refuse(path: string, message: string): never {
  throw new HttpError(400, 'invalid_request', `${path} ${message}`, { issues: [{ path, message }] });
}
