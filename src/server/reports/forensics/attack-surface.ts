import type { EvidenceRecord } from '../../../evidence/types.js';
import { textMember } from '../stored-record.js';

const TIERS = ['low', 'medium', 'high', 'critical'];

interface Tool {
  tool_name: string;
  calls: number;
  refused: number;
  action_classification: string | null;
  risk_tier: string | null;
}

/** What the session could reach: tools with their worst tier, and every identity and place that took part. */
export function attackSurface(decisions: readonly EvidenceRecord[]): Record<string, unknown> {
  const tools = new Map<string, Tool>();
  for (const record of decisions) {
    const name = textMember(record, 'tool_name') ?? '';
    const tool = tools.get(name) ?? {
      tool_name: name,
      calls: 0,
      refused: 0,
      action_classification: textMember(record, 'action_classification') ?? null,
      risk_tier: null,
    };
    tools.set(name, tool);
    tool.calls += 1;
    if (textMember(record, 'violation_id') !== undefined) tool.refused += 1;
    tool.risk_tier = worse(tool.risk_tier, textMember(record, 'risk_tier'));
  }
  const named = (member: string) => distinct(decisions, member);
  return {
    tools: [...tools.values()].sort(byRisk),
    highest_risk_tier: [...tools.values()].reduce<string | null>(
      (worst, tool) => worse(worst, tool.risk_tier ?? undefined),
      null,
    ),
    users: named('user_id'),
    caller_agents: named('caller_agent_id'),
    endpoints: named('endpoint_id'),
    fleets: named('fleet_id'),
    environments: named('environment'),
    purposes: named('purpose'),
    data_classifications: named('data_classification'),
  };
}

function worse(known: string | null, tier: string | undefined): string | null {
  if (tier === undefined) return known;
  return known === null || TIERS.indexOf(tier) > TIERS.indexOf(known) ? tier : known;
}

function byRisk(a: Tool, b: Tool): number {
  const rank = (tool: Tool) => (tool.risk_tier === null ? -1 : TIERS.indexOf(tool.risk_tier));
  return rank(b) - rank(a) || b.calls - a.calls || a.tool_name.localeCompare(b.tool_name);
}

function distinct(records: readonly EvidenceRecord[], member: string): string[] {
  const values = records
    .flatMap((record) => textMember(record, member) ?? [])
    .filter((value) => value !== '');
  return [...new Set(values)].sort();
}
