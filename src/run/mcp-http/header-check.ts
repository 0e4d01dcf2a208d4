import type { IncomingHttpHeaders } from 'node:http';
import type { Envelope } from './envelope.js';
import { isModern } from './envelope.js';
import { decodeFieldValue } from './field-value.js';
import { argumentText, type ParameterMark } from './parameter-marks.js';

/**
 * Says how the headers of a request contradict its body: what lies on the way may go by the headers, while the policy
 * judged the body. Undefined when they agree. Messages of older revisions need not carry such headers.
 */
export function headerMismatch(
  headers: IncomingHttpHeaders,
  envelope: Envelope,
  marks: readonly ParameterMark[],
): string | undefined {
  const version = fieldOf(headers, 'mcp-protocol-version');
  const said = contradiction(headers, envelope);
  if (said !== undefined) return said;
  if (!isModern(envelope.version) && !isModern(version)) return undefined;
  if (envelope.version !== undefined && version !== undefined && version !== envelope.version) {
    return 'MCP-Protocol-Version names another revision than the message';
  }
  const method = fieldOf(headers, 'mcp-method');
  if (!envelope.isRequest || envelope.version === undefined) return undefined;
  if (version === undefined) return 'MCP-Protocol-Version is missing';
  if (method === undefined) return 'Mcp-Method is missing';
  return nameMismatch(headers, envelope) ?? parameterMismatch(headers, envelope, marks);
}

function nameMismatch(headers: IncomingHttpHeaders, { name }: Envelope): string | undefined {
  if (name === undefined) return undefined;
  const field = fieldOf(headers, 'mcp-name');
  return field === undefined ? 'Mcp-Name is missing' : undefined;
}

/** What is said must be true in every revision, also where nothing need be said. */
function contradiction(headers: IncomingHttpHeaders, { method, name }: Envelope): string | undefined {
  const told = fieldOf(headers, 'mcp-method');
  if (told !== undefined && told !== method) return 'Mcp-Method names another method than the message';
  const field = fieldOf(headers, 'mcp-name');
  if (field === undefined || name === undefined) return undefined;
  return decodeFieldValue(field) === name ? undefined : 'Mcp-Name names something else than the message';
}

function parameterMismatch(
  headers: IncomingHttpHeaders,
  { args }: Envelope,
  marks: readonly ParameterMark[],
): string | undefined {
  for (const mark of marks) {
    const text = argumentText(args, mark);
    if (text === undefined) continue;
    const field = fieldOf(headers, mark.header);
    if (field === undefined) return `the header ${mark.header} is missing`;
    const said = decodeFieldValue(field);
    if (said === undefined || !sameValue(said, text, mark)) {
      return `the header ${mark.header} says something else than the argument`;
    }
  }
  return undefined;
}

/** `42.0` and `42` are one integer; only plain decimals count as numbers. */
function sameValue(said: string, text: string, { type }: ParameterMark): boolean {
  if (said === text) return true;
  const decimal = /^-?\d+(?:\.\d+)?$/;
  return type === 'integer' && decimal.test(said) && decimal.test(text) && Number(said) === Number(text);
}

function fieldOf(headers: IncomingHttpHeaders, name: string): string | undefined {
  const value = headers[name];
  return typeof value === 'string' ? value.trim() : value?.join();
}
