import type { Decision } from '../../engine/types.js';
import type { FoundTool, NotAnalysed } from './found.js';

interface ToolResult {
  readonly name: string;
  readonly decision: Decision['decision'] | 'FLAG';
  readonly reason: string;
  readonly evidence: {
    readonly file: string;
    readonly line: number;
    readonly declared_as: string;
    readonly reason_code: string;
    readonly matched_rule_ids: readonly string[];
    readonly action_class: string;
    readonly risk_tier: string;
    readonly flags: readonly string[];
  };
}

export interface AgentReport {
  /** `incomplete` when no tool was found at all: nothing was checked, which is not the same as passed. */
  readonly pass_fail: 'pass' | 'fail' | 'incomplete';
  readonly enforcement_mode: string;
  readonly violations: readonly {
    tool: string;
    decision: string;
    reason: string;
    file: string;
    line: number;
  }[];
  readonly shadow_report: {
    readonly total_tools: number;
    readonly would_allow: number;
    readonly would_block: number;
    readonly would_step_up: number;
    readonly would_flag: number;
    readonly results: readonly ToolResult[];
  };
  readonly not_analysed: readonly NotAnalysed[];
}

/** BLOCK and DEFER are violations; a changed call still runs, so MODIFY counts as allowed. */
export function agentReport(
  tools: readonly FoundTool[],
  decisions: ReadonlyMap<string, Decision>,
  notAnalysed: readonly NotAnalysed[],
  enforcementMode: string,
): AgentReport {
  const results = tools.flatMap((tool) => {
    const decision = decisions.get(tool.name);
    return decision === undefined ? [] : [resultOf(tool, decision)];
  });
  const count = (...words: ToolResult['decision'][]): number =>
    results.filter(({ decision }) => words.includes(decision)).length;
  const violations = results
    .filter(({ decision }) => decision === 'BLOCK' || decision === 'DEFER')
    .map(({ name, decision, reason, evidence: { file, line } }) => ({
      tool: name,
      decision,
      reason,
      file,
      line,
    }));
  return {
    pass_fail: violations.length > 0 ? 'fail' : results.length === 0 ? 'incomplete' : 'pass',
    enforcement_mode: enforcementMode,
    violations,
    shadow_report: {
      total_tools: results.length,
      would_allow: count('ALLOW', 'MODIFY'),
      would_block: count('BLOCK', 'DEFER'),
      would_step_up: count('STEP_UP'),
      would_flag: count('FLAG'),
      results,
    },
    not_analysed: notAnalysed,
  };
}

function resultOf(tool: FoundTool, decision: Decision): ToolResult {
  const runs = decision.decision === 'ALLOW' || decision.decision === 'MODIFY';
  const flagged = runs && decision.flags.length > 0;
  return {
    name: tool.name,
    decision: flagged ? 'FLAG' : decision.decision,
    reason: flagged ? `flagged: ${decision.flags.join(', ')}` : decision.reason,
    evidence: {
      file: tool.file,
      line: tool.line,
      declared_as: tool.declaredAs,
      reason_code: decision.reasonCode,
      matched_rule_ids: decision.matchedRuleIds,
      action_class: decision.actionClass,
      risk_tier: decision.riskTier,
      flags: decision.flags,
    },
  };
}

/** Columns and rows of the table form. */
export const AGENT_COLUMNS = [
  { key: 'tool', header: 'TOOL' },
  { key: 'decision', header: 'DECISION', kind: 'state' as const },
  { key: 'reason', header: 'REASON' },
  { key: 'declared', header: 'DECLARED', kind: 'id' as const },
];

export function agentRows(report: AgentReport): Record<string, string>[] {
  return report.shadow_report.results.map(({ name, decision, reason, evidence }) => ({
    tool: name,
    decision,
    reason,
    declared: `${evidence.file}:${evidence.line}`,
  }));
}
