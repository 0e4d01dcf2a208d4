import type { Principal } from '../http/port.js';

/** Who holds a credential, as far as approvals ask: a principal, or a PAM system. */
export interface Holder extends Pick<Principal, 'credentialId' | 'name'> {
  readonly kind: string;
}

/** A holder, then who made its credential, then who made that one, as far as it is recorded. */
export type Line = readonly [Holder, ...Holder[]];

/**
 * What makes the caller of a held call and who would judge it one party; undefined when they are two.
 *
 * Whoever makes a credential has seen its secret and can use it. So all that descends from one API key is one party,
 * that key included, and who descends from the caller is the caller. Only admins are taken for people: an admin may
 * judge what a key of theirs asked for, and credentials that meet in nobody but an admin belong to different people.
 */
export function commonOrigin(judge: Line, caller: Line): Holder | undefined {
  // Sets, because lines are as long as somebody cared to make them.
  const self = new Set(marksOf(caller[0]));
  const known = new Set(caller.filter(isNoPerson).flatMap(marksOf));
  return judge.find((one) =>
    marksOf(one).some((mark) => self.has(mark) || (isNoPerson(one) && known.has(mark))),
  );
}

/** Whether two who judge the same call are one: neither may have the other's secret, nor both a third one's. */
export function isOneParty(left: Line, right: Line): boolean {
  return commonOrigin(left, right) !== undefined || commonOrigin(right, left) !== undefined;
}

const isNoPerson = ({ kind }: Holder): boolean => kind !== 'admin';

/** A rotated key and a second session bear the name of the first; a tenant has one PAM system, whatever it calls it. */
function marksOf({ kind, credentialId, name }: Holder): readonly string[] {
  return kind === 'pam' ? [kind] : [`${kind} id ${credentialId}`, `${kind} name ${name}`];
}
