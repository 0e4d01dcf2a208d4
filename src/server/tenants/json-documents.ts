export type JsonObject = { [member: string]: unknown };

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A stored document; anything that is not an object reads as empty. */
export function parseDocument(text: string): JsonObject {
  const parsed: unknown = JSON.parse(text);
  return isJsonObject(parsed) ? parsed : {};
}

/** The member as text, or undefined when it is absent or of another type. */
export function textMember(document: JsonObject, member: string): string | undefined {
  const value = document[member];
  return typeof value === 'string' ? value : undefined;
}

export function objectMember(document: JsonObject, member: string): JsonObject {
  const value = document[member];
  return isJsonObject(value) ? value : {};
}

export function textList(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((entry) => typeof entry === 'string') : [];
}

/** Same JSON value, whatever the order of members; a null member equals an absent one. */
export function sameJson(left: unknown, right: unknown): boolean {
  if (left === right) return true;
  if ((left ?? null) === null || (right ?? null) === null) return (left ?? null) === (right ?? null);
  if (Array.isArray(left) && Array.isArray(right)) {
    return left.length === right.length && left.every((entry, index) => sameJson(entry, right[index]));
  }
  if (!isJsonObject(left) || !isJsonObject(right)) return false;
  return [...new Set([...Object.keys(left), ...Object.keys(right)])].every((member) =>
    sameJson(ownMember(left, member), ownMember(right, member)),
  );
}

/** Outside data may name a member `__proto__` or `toString`; only own members count. */
export function ownMember(document: JsonObject, member: string): unknown {
  return Object.hasOwn(document, member) ? document[member] : undefined;
}

/** Instants are milliseconds in the store and RFC 3339 on the wire. */
export function instant(milliseconds: number): string;
export function instant(milliseconds: number | null): string | null;
export function instant(milliseconds: number | null): string | null {
  return milliseconds === null ? null : new Date(milliseconds).toISOString();
}
