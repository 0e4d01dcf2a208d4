import type { Candidate } from '../combine.js';
import type { Weighed } from '../decide.js';
import { mcpHost } from '../mcp/host.js';
import { isStricter } from '../strictness.js';
import type { DecisionWord, EngineRequest, TenantSnapshot } from '../types.js';
import type { ExplainedStep } from './explain.js';

/** What stood beside the bundles; a rule the tenant never set up is no step. */
export function standingSteps(
  request: EngineRequest,
  snapshot: TenantSnapshot,
  weighed: Weighed,
): ExplainedStep[] {
  return [
    ...mcpStep(request, snapshot, weighed),
    ...intentStep(request, snapshot, weighed),
    ...tierStep(snapshot, weighed),
    ...packSteps(weighed),
    // Last: they say which of the above did not count.
    ...exceptionSteps(weighed),
  ];
}

function exceptionSteps({ waivers }: Weighed): ExplainedStep[] {
  const used = waivers?.used() ?? [];
  return used.map(({ id, ruleIds }) => ({
    step: id.startsWith('exception:') ? id : `bundle ${id}`,
    outcome: 'set aside',
    detail: `${ruleIds.join(', ')} does not count for this call`,
  }));
}

function mcpStep(
  { metadata, toolName }: EngineRequest,
  { mcpControl }: TenantSnapshot,
  { mcp }: Weighed,
): ExplainedStep[] {
  const host = mcpHost(metadata);
  if (!mcpControl.enabled || host === undefined) return [];
  const [refused] = mcp.candidates;
  if (refused !== undefined) return [{ step: 'MCP control', outcome: refused.word, detail: refused.reason }];
  const [flag] = mcp.flags;
  return [
    {
      step: 'MCP control',
      outcome: 'no opinion',
      detail:
        flag === undefined
          ? `${toolName} of ${host} is approved`
          : `observed only; it would refuse ${toolName} of ${host} (${flag})`,
    },
  ];
}

function intentStep(
  { sessionIntent, toolName }: EngineRequest,
  { intents }: TenantSnapshot,
  { standing }: Weighed,
): ExplainedStep[] {
  if (sessionIntent === undefined || intents.size === 0) return [];
  const found = standing.find(({ ruleIds }) => ruleIds.includes('intent'));
  const detail = intents.has(sessionIntent)
    ? `${toolName} is among the tools of ${sessionIntent}`
    : `the tenant does not know the intent ${sessionIntent}, which restricts nothing`;
  return [{ step: 'session intent', outcome: found?.word ?? 'no opinion', detail: found?.reason ?? detail }];
}

function tierStep({ shadowPolicy }: TenantSnapshot, { standing, decision }: Weighed): ExplainedStep[] {
  if (Object.keys(shadowPolicy).length === 0) return [];
  const found = standing.find(({ ruleIds }) => ruleIds.includes('risk-tier'));
  const says = shadowPolicy[decision.riskTier] ?? 'nothing';
  return [
    {
      step: 'risk tier',
      outcome: found?.word ?? 'no opinion',
      detail: found?.reason ?? `the tenant's shadow policy says ${says} for the ${decision.riskTier} tier`,
    },
  ];
}

function packSteps({ packs, judged, decision }: Weighed): ExplainedStep[] {
  return packs.map(({ reference }) => {
    const found = (judged?.candidates ?? []).filter(({ references }) => references.includes(reference));
    return {
      step: `pack ${reference}`,
      outcome: strictestOf(found) ?? 'no opinion',
      detail:
        found.length === 0
          ? `no rule holds; risk of the call ${decision.riskScore} of 100`
          : found.map(({ ruleIds, reason }) => `rule ${ruleIds.map(bare).join(', ')}: ${reason}`).join('; '),
    };
  });
}

function strictestOf(candidates: readonly Candidate[]): DecisionWord | undefined {
  return candidates.reduce<DecisionWord | undefined>(
    (found, { word }) => (found === undefined || isStricter(word, found) ? word : found),
    undefined,
  );
}

/** The rule without its pack, which the step names already. */
function bare(ruleId: string): string {
  return ruleId.slice(ruleId.indexOf('#') + 1);
}
