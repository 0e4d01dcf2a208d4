import { isJsonObject } from '../../json-object.js';
import type { CedarRequest } from '../request.js';
import { truthOf } from './condition.js';
import { isEntityName, sameEntity, type EntityName } from './entity.js';
import { not, UNSURE, type Truth } from './truth.js';

/** False is certain: the policy neither holds for the request nor fails on it. */
export type Guard = (request: CedarRequest) => boolean;

/**
 * Whether a policy, in Cedar's JSON form, may hold. Cedar evaluates heads and conditions in order and stops at the first
 * that is false; so does this, as far as it understands them. All else is left to the engine, which decides alone what
 * holds: handing it a request costs more than this by a factor of a hundred.
 */
export function guardOf(policy: Readonly<Record<string, unknown>>): Guard {
  const { principal, action, resource, conditions } = policy;
  const steps: readonly Truth[] = [
    headOf(principal, (request) => request.principal),
    headOf(action, (request) => request.action),
    headOf(resource, (request) => request.resource),
    ...(Array.isArray(conditions) ? conditions.map(clauseOf) : [UNSURE]),
  ];
  return (request) => {
    for (const step of steps) {
      const truth = step(request);
      if (truth !== true) return truth === undefined;
    }
    return true;
  };
}

type Role = (request: CedarRequest) => EntityName;

function headOf(head: unknown, role: Role): Truth {
  if (!isJsonObject(head)) return UNSURE;
  const { op, entity } = head;
  const several = head['entities'] ?? [entity];
  if (op === 'All') return () => true;
  if (op === '==' && isEntityName(entity)) return (request) => sameEntity(entity, role(request));
  if (op === 'in' && Array.isArray(several) && several.every(isEntityName)) return isWithin(role, several);
  return UNSURE;
}

/** Parents come with the request, one level deep: there is no other hierarchy. */
function isWithin(role: Role, entities: readonly EntityName[]): Truth {
  return (request) => {
    const own = role(request);
    const known = request.entities.find(({ uid }) => isEntityName(uid) && sameEntity(uid, own));
    const above = [own, ...(known?.parents ?? []).filter(isEntityName)];
    return entities.some((each) => above.some((other) => sameEntity(each, other)));
  };
}

function clauseOf(clause: unknown): Truth {
  if (!isJsonObject(clause)) return UNSURE;
  const body = truthOf(clause['body']);
  if (clause['kind'] === 'when') return body;
  return clause['kind'] === 'unless' ? not(body) : UNSURE;
}
