import { sensitivityRank } from '../sensitivity.js';
import type { ActionClass, EngineRequest } from '../types.js';
import type { PackCondition } from './pack.js';

/** True when every condition given holds for the call. */
export function holds(
  when: PackCondition,
  request: EngineRequest,
  actionClass: ActionClass,
  delegated: boolean,
): boolean {
  if (when.action_classes !== undefined && !when.action_classes.includes(actionClass)) return false;
  if (when.delegated !== undefined && when.delegated !== delegated) return false;
  const purpose = (request.purpose ?? '').trim().toLowerCase();
  if (when.purposes !== undefined && !when.purposes.includes(purpose)) return false;
  if (when.purposes_other_than?.includes(purpose) === true) return false;
  if (when.min_sensitivity !== undefined) {
    const label = (request.dataClassification ?? '').trim().toLowerCase();
    if (sensitivityRank(label) < sensitivityRank(when.min_sensitivity)) return false;
  }
  return when.tools === undefined || when.tools.some((pattern) => matches(pattern, request.toolName));
}

/** A glob whose only sign is `*`, in time linear in the pattern's pieces: tool names are the caller's choice. */
export function matches(pattern: string, toolName: string): boolean {
  const name = toolName.toLowerCase();
  const pieces = pattern.toLowerCase().split('*');
  const first = pieces[0] ?? '';
  if (pieces.length === 1) return name === first;
  const last = pieces.at(-1) ?? '';
  if (!name.startsWith(first) || name.length < first.length + last.length || !name.endsWith(last))
    return false;
  let at = first.length;
  for (const piece of pieces.slice(1, -1)) {
    const found = name.indexOf(piece, at);
    if (found === -1) return false;
    at = found + piece.length;
  }
  return at <= name.length - last.length;
}
