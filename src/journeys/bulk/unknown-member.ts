import { nearest } from '../../errors/nearest.js';
import type { Fields } from './source.js';

/** A misspelt member would be dropped in silence, so it is a fault. */
export function unknownMember(member: string, fields: Fields): { message: string; fix: string } {
  const known = Object.keys(fields);
  const meant = nearest(member, known);
  return {
    message: `there is no member ${JSON.stringify(member)}`,
    fix: meant === undefined ? `use ${known.join(', ')}` : `did you mean ${meant}?`,
  };
}
