/** Stable machine codes the engine gives. A rule may give its own code instead of the ones marked "rule". */
export const REASON_CODES = {
  in_approved_scope: 'the tool is in the approved scope and no rule is against it',
  tool_not_in_approved_scope: 'the tool is outside the approved scope',
  tool_outside_session_intent: 'the declared session intent does not cover the tool',
  policy_allowed: 'a rule that names the tool allows it (rule)',
  policy_denied: 'a rule blocks the call (rule)',
  policy_default_deny: 'a bundle that permits some calls permits none like this one',
  policy_deferred: 'a rule defers the call (rule)',
  human_approval_required: 'a rule asks for a human approval (rule)',
  arguments_modified: 'a rule rewrites the arguments (rule)',
  modify_not_applicable: 'rewritten arguments are missing or do not mirror the arguments of the call',
  modify_conflict: 'two rules rewrite the arguments differently',
  policy_evaluation_failed:
    'a bundle could not be evaluated, or not within its budget; it blocks what it governs',
  endpoint_quarantined: 'the call comes from an endpoint that is quarantined; binding in observe mode too',
  risk_tier_blocked: 'the shadow policy of the tenant blocks tools of this risk tier',
  mcp_host_not_approved: 'the MCP server the call goes to is not on the allow-list of the tenant',
  mcp_tool_not_allowed: 'the vendor of the MCP server does not allow the tool',
  risk_tier_step_up: 'the shadow policy of the tenant asks for approval for this risk tier',
  pack_rule_blocked: 'a rule of a compliance pack blocks the call',
  pack_rule_deferred: 'a rule of a compliance pack defers the call',
  pack_rule_step_up: 'a rule of a compliance pack asks for a human approval',
  pack_critical_risk: 'the risk of the call reaches the critical threshold of a compliance pack',
  policy_exception: 'an approved exception sets aside the rules that would have refused the call',
} as const;

export type EngineReasonCode = keyof typeof REASON_CODES;

/** What a rule may use as its own code: anything else is replaced by the code of its effect. */
export function isReasonCode(text: string): boolean {
  return /^[a-z][a-z0-9_.:-]{0,63}$/.test(text);
}
