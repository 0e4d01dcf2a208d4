import type { TypeAndId } from '@cedar-policy/cedar-wasm/nodejs';

export type EntityName = TypeAndId;

export function isEntityName(value: unknown): value is EntityName {
  return (
    typeof value === 'object' &&
    value !== null &&
    'type' in value &&
    'id' in value &&
    typeof value.type === 'string' &&
    typeof value.id === 'string'
  );
}

export function sameEntity(left: EntityName, right: EntityName): boolean {
  return left.id === right.id && left.type === right.type;
}
