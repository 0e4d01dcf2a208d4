import { isJsonObject } from '../../json/object.js';
import type { OperationInput } from '../../contract/index.js';
import { parseJson, usageError } from '../../errors/index.js';
import type { GovApi } from '../../govapi/client.js';
import type { Result } from '../../output/index.js';
import { bodyFile } from '../json-object/index.js';
import { assertHeldAt, ruleVersionsOf } from './rule-versions.js';

type Body = NonNullable<OperationInput<'applyPacksBulk'>['body']>;
type Overrides = NonNullable<Body['overrides_by_pack']>;

const RANGES = { mismatch_boost: 100, delegation_boost: 100, trust_floor: 1, critical_threshold: 1 } as const;
type Controls = Readonly<Record<keyof typeof RANGES, number | undefined>>;

export interface PackApplication {
  readonly packIds: readonly string[];
  readonly allAgents: boolean | undefined;
  readonly agentIds: readonly string[] | undefined;
  readonly fleetIds: readonly string[] | undefined;
  readonly endpointIds: readonly string[] | undefined;
  readonly environment: string | undefined;
  readonly approvalPolicyId: string | undefined;
  /** `PACK=VERSION`, or a version of the only pack. */
  readonly ruleVersions: readonly string[] | undefined;
  /** Laid over the controls of every pack. */
  readonly controls: Controls;
  readonly overridesJson: string | undefined;
}

/** A whole application from a file, as `policy templates compile` writes it. */
export interface PackApplicationFile {
  readonly file: string;
}

/** @throws ThothctlError `usage` unless exactly one kind of target is chosen and the controls are in range. */
export async function applyPacks(
  api: Pick<GovApi, 'call' | 'tenantId'>,
  wanted: PackApplication | PackApplicationFile,
  options: { readonly dryRun: boolean; readonly signal?: AbortSignal },
): Promise<Result> {
  const body = 'file' in wanted ? await bodyFile('applyPacksBulk', '--file', wanted.file) : bodyOf(wanted);
  if (options.dryRun) return { data: { dry_run: true, tenant_id: api.tenantId, would_apply: body } };
  const result = await api.call('applyPacksBulk', { body }, { signal: options.signal });
  assertHeldAt(body.rule_version_by_pack ?? {}, result);
  return {
    data: result,
    view: {
      kind: 'table',
      columns: [
        { key: 'agent_id', header: 'AGENT', kind: 'id' },
        { key: 'pack_id', header: 'PACK', kind: 'id' },
        { key: 'rule_version', header: 'RULES VERSION', kind: 'number' },
        { key: 'status', header: 'STATUS', kind: 'state' },
        { key: 'error', header: 'ERROR' },
      ],
      rows: result.results,
      empty: 'No agent matches the target, so nothing was assigned.',
    },
    ...(result.failed_count > 0 && { exit: 'partial' }),
  };
}

function bodyOf(wanted: PackApplication): Body {
  const overrides = overridesOf(wanted);
  const ruleVersions = ruleVersionsOf(wanted.ruleVersions ?? [], wanted.packIds);
  return {
    pack_ids: [...wanted.packIds],
    ...target(wanted),
    ...(wanted.environment !== undefined && { environment: wanted.environment }),
    ...(wanted.approvalPolicyId !== undefined && { approval_policy_id: wanted.approvalPolicyId }),
    ...(Object.keys(overrides).length > 0 && { overrides_by_pack: overrides }),
    ...(Object.keys(ruleVersions).length > 0 && { rule_version_by_pack: ruleVersions }),
  };
}

function target({ allAgents, agentIds, fleetIds, endpointIds }: PackApplication): Partial<Body> {
  const lists = { agent_ids: agentIds ?? [], fleet_ids: fleetIds ?? [], endpoint_ids: endpointIds ?? [] };
  const given = Object.entries(lists).filter(([, ids]) => ids.length > 0);
  if (given.length + (allAgents === true ? 1 : 0) !== 1) {
    throw usageError(
      'choose exactly one scope selector: --all-agents, --agent-id, --fleet-id or --endpoint-id',
      'give one of them; all but --all-agents may be repeated',
    );
  }
  if (allAgents === true) return { all_agents: true };
  return Object.fromEntries(given.map(([name, ids]) => [name, [...ids]]));
}

function overridesOf({ packIds, controls, overridesJson }: PackApplication): Overrides {
  const shared = givenControls(controls);
  const overrides = overridesJson === undefined ? {} : parseOverrides(overridesJson, packIds);
  if (Object.keys(shared).length === 0) return overrides;
  return Object.fromEntries(
    packIds.map((id) => {
      const own = overrides[id];
      return [id, { ...own, behavioral_controls: { ...own?.behavioral_controls, ...shared } }];
    }),
  );
}

function givenControls(controls: Controls): Record<string, number> {
  const given: Record<string, number> = {};
  for (const [name, max] of Object.entries(RANGES)) {
    const value = new Map(Object.entries(controls)).get(name);
    if (value === undefined) continue;
    if (!(value >= 0 && value <= max)) {
      const flag = `--${name.replaceAll('_', '-')}`;
      throw usageError(
        `${flag} must be a number from 0 to ${max}`,
        `for example ${flag} ${max === 1 ? 0.5 : 25}`,
      );
    }
    given[name] = value;
  }
  return given;
}

function parseOverrides(text: string, packIds: readonly string[]): Overrides {
  const how = 'for example {"soc2-type2": {"behavioral_controls": {"trust_floor": 0.2}}}';
  const parsed = parseJson(text, '--overrides-by-pack-json', how);
  if (!isJsonObject(parsed)) throw usageError('--overrides-by-pack-json must be a JSON object', how);
  const overrides: Record<string, Overrides[string]> = {};
  for (const [id, value] of Object.entries(parsed)) {
    if (!isJsonObject(value)) throw usageError(`the overrides of ${id} must be a JSON object`, how);
    if (!packIds.includes(id)) {
      throw usageError(
        `--overrides-by-pack-json names ${id}, which no --pack-id does`,
        `add --pack-id ${id}`,
      );
    }
    overrides[id] = value;
  }
  return overrides;
}
