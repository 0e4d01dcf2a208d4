import type { OperationInput, OperationOutput } from '../../contract/index.js';
import { ThothctlError, usageError } from '../../errors/index.js';

type Versions = NonNullable<NonNullable<OperationInput<'applyPacksBulk'>['body']>['rule_version_by_pack']>;

/**
 * Reads `--rule-version`: `PACK=VERSION`, or a bare version when there is one pack only.
 * @throws ThothctlError `usage` for anything else, and for a pack that is not applied.
 */
export function ruleVersionsOf(given: readonly string[], packIds: readonly string[]): Versions {
  const versions: Versions = {};
  for (const text of given) {
    const at = text.lastIndexOf('=');
    const [only, ...others] = packIds;
    const pack = at === -1 && others.length === 0 ? only : text.slice(0, Math.max(at, 0));
    const version = text.slice(at + 1);
    if (!/^[1-9]\d{0,8}$/.test(version))
      throw usageError(
        `--rule-version ${text} is not a version`,
        'give PACK=VERSION, for example soc2-type2=1; `thothctl packs history PACK` lists the versions',
      );
    if (pack === undefined || pack === '')
      throw usageError(
        `--rule-version ${text} does not say which pack it is for`,
        `give it as PACK=${version}`,
      );
    if (!packIds.includes(pack))
      throw usageError(`--rule-version names ${pack}, which no --pack-id does`, `add --pack-id ${pack}`);
    if (Object.hasOwn(versions, pack) && versions[pack] !== Number(version))
      throw usageError(`--rule-version names two versions of ${pack}`, 'give one of them');
    versions[pack] = Number(version);
  }
  return versions;
}

/**
 * A control plane that does not know rule versions passes over them and assigns the newest rules. That must not look
 * like what was asked for.
 */
export function assertHeldAt(wanted: Versions, { results }: OperationOutput<'applyPacksBulk'>): void {
  const moved = results.find(({ pack_id, status, rule_version }) => {
    const version = typeof pack_id === 'string' ? wanted[pack_id] : undefined;
    return version !== undefined && status !== 'failed' && rule_version !== version;
  });
  if (moved === undefined) return;
  throw new ThothctlError({
    code: 'rule_version_not_held',
    message: `${String(moved['pack_id'])} was assigned, but the control plane does not hold agents at the rule version asked for.`,
    exit: 'conflict',
    fix: 'See what is in force with `thothctl packs status`; `thothctl packs revoke` takes a pack off.',
    details: { results },
  });
}
