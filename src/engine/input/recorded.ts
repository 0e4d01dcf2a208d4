import * as z from 'zod/mini';
import { isJsonObject } from '../json-object.js';
import type { EngineRequest, SessionFacts } from '../types.js';
import type { PolicyInput } from './build.js';

const count = z.int().check(z.nonnegative());
/** What `Date.toISOString` writes: anything else is no instant a control plane recorded. */
const instant = z.string().check(z.refine((text) => isInstant(text)));
const object = z.custom<Readonly<Record<string, unknown>>>(isJsonObject);

/** `PolicyInput` as it comes back from storage or a file. */
const recorded: z.ZodMiniType<PolicyInput> = z.object({
  action: z.string(),
  context: z.object({
    enforcement_mode: z.enum(['observe', 'step_up', 'block', 'progressive']),
    environment: z.string(),
    hour_utc: count,
    policy: object,
    purpose: z.string(),
    sensitivity_label: z.string(),
    sensitivity_level: count,
    session_intent: z.string(),
    task: object,
    task_id: z.string(),
    time: instant,
    weekday_utc: z.string(),
  }),
  moses_metrics: z.object({ behavioral_score: z.number().check(z.gte(0), z.lte(1)) }),
  principal: z.object({
    endpoint_id: z.string(),
    fleet_id: z.string(),
    id: z.string(),
    identity: object,
    tenant_id: z.string(),
    type: z.literal('agent'),
    user_id: z.string(),
  }),
  session: z.object({
    calls_of_this_tool: count,
    id: z.string(),
    requests: count,
    tool_calls: z.array(z.string()),
    violations: count,
  }),
  tool: z.object({
    action_class: z.enum(['read', 'write', 'delete', 'execute', 'payment']),
    args: object,
    // Inputs recorded before this member was there did not tell.
    args_truncated: z._default(z.boolean(), false),
    name: z.string(),
  }),
});

function isInstant(text: string): boolean {
  const at = new Date(text);
  return !Number.isNaN(at.getTime()) && at.toISOString() === text;
}

/** A recorded policy input; undefined when it is none. */
export function readPolicyInput(value: unknown): PolicyInput | undefined {
  const read = recorded.safeParse(value);
  return read.success ? read.data : undefined;
}

/** The call an input was built from, in or out of the approved scope, which no input tells. */
export function requestOf(
  input: PolicyInput,
  inScope: boolean,
): { request: EngineRequest; session: SessionFacts } {
  const { principal, context, session, tool } = input;
  return {
    request: {
      tenantId: principal.tenant_id,
      agentId: principal.id,
      userId: principal.user_id,
      toolName: tool.name,
      toolArgs: tool.args,
      sessionId: session.id,
      sessionToolCalls: session.tool_calls,
      approvedScope: inScope ? [tool.name] : ['(nothing)'],
      mode: context.enforcement_mode,
      environment: context.environment,
      sessionIntent: context.session_intent || undefined,
      purpose: context.purpose || undefined,
      dataClassification: context.sensitivity_label || undefined,
      taskContext: context.task,
      identityBinding: principal.identity,
      metadata: {
        policy_context: context.policy,
        behavioral_score: input.moses_metrics.behavioral_score,
        tool_args_truncated: tool.args_truncated,
      },
      callerAgentId: undefined,
      endpointId: principal.endpoint_id || undefined,
      fleetId: principal.fleet_id || undefined,
      receivedAt: context.time,
    },
    session: {
      requests: session.requests,
      violations: session.violations,
      callsOfThisTool: session.calls_of_this_tool,
    },
  };
}
