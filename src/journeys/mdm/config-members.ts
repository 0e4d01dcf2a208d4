import { mdmConfigMembers } from '../../contract/govapi/mdm-config.js';
import { nearest } from '../../errors/nearest.js';

interface StrayMember {
  readonly member: string;
  /** What to warn of. Values are secrets: only names are told. */
  readonly warning: string;
}

/**
 * The members of a configuration that its provider does not read. The contract takes any member, so a misspelt one is
 * kept and the sync fails for want of the right one. A member of null is on its way out.
 */
export function strayMembers(
  provider: keyof typeof mdmConfigMembers,
  config: object,
): readonly StrayMember[] {
  const { shown, writeOnly } = mdmConfigMembers[provider];
  const known = [...shown, ...writeOnly];
  return Object.entries(config)
    .filter(([member, value]) => value !== null && !known.includes(member))
    .map(([member]) => {
      const meant = nearest(member, known);
      const instead =
        meant === undefined || Object.hasOwn(config, meant)
          ? `it reads ${known.join(', ')}`
          : `did you mean ${meant}?`;
      const warning = `nothing reads ${JSON.stringify(member)} of a ${provider} configuration; ${instead}`;
      return { member, warning };
    });
}
