import { randomUUID } from 'node:crypto';
import * as z from 'zod/mini';
import type { EngineRequest, SessionFacts } from '../../engine/types.js';

/** A tool call as an author describes it, in test files and for `policy explain`; what is left out has a plain default. */

const described = (description: string) => z.meta({ description });
const word = (description: string) => z.optional(z.string().check(described(description)));
const anything = (description: string) =>
  z.optional(z.record(z.string(), z.unknown()).check(described(description)));
const count = (description: string) => z.optional(z.int().check(z.nonnegative(), described(description)));

const circumstances = {
  agent: word('Agent that calls; "agent" by default.'),
  user: word('User the agent works for.'),
  args: anything('Arguments of the call.'),
  args_truncated: z.optional(
    z.boolean().check(described('Whether the tool gets more than the arguments shown; false by default.')),
  ),
  in_scope: z.optional(
    z.boolean().check(described('Whether the tool is in the approved scope; true by default.')),
  ),
  mode: z.optional(
    z
      .enum(['observe', 'step_up', 'block', 'progressive'])
      .check(described('Enforcement mode; block by default.')),
  ),
  environment: word('"prod" by default.'),
  purpose: word('Declared purpose.'),
  sensitivity: word('Data classification: public, internal, confidential or restricted.'),
  session_intent: word('Declared intent of the session.'),
  task: anything('Task context as the caller sends it.'),
  identity: anything('Identity binding as the caller sends it: role, groups, clearance.'),
  caller_agent: word('Agent that passed the call on.'),
  mcp_host: word('MCP server the call goes to.'),
  policy_context: anything('Policy context as the caller sends it.'),
  behavioral_score: z.optional(z.number().check(z.gte(0), z.lte(1), described('0 to 1.'))),
  fleet: word('Fleet of the endpoint.'),
  endpoint: word('Endpoint the agent runs on.'),
  time: z.optional(
    z.string().check(
      z.refine((text) => !Number.isNaN(Date.parse(text)), 'is not an instant such as "2026-01-05T12:00:00Z"'),
      described('Instant of the call, RFC 3339; a Monday noon by default.'),
    ),
  ),
  session_requests: count('Calls of the session before this one.'),
  session_violations: count('Violations of the session before this call.'),
  calls_of_this_tool: count('Calls of this tool in the session before this one.'),
  earlier_calls: z.optional(
    z.array(z.string()).check(described('Tools called before, as the caller reports them.')),
  ),
};

export const callDefaultsSchema = z.strictObject(circumstances);
export const callSchema = z.strictObject({
  tool: z.string().check(z.minLength(1), described('Name of the tool.')),
  ...circumstances,
});

export type DescribedCall = z.infer<typeof callSchema>;

/** The engine's request and session of a described call. */
export function engineCall(call: DescribedCall): { request: EngineRequest; session: SessionFacts } {
  return {
    request: {
      tenantId: 'local',
      agentId: call.agent ?? 'agent',
      userId: call.user ?? 'system',
      toolName: call.tool,
      toolArgs: call.args ?? {},
      sessionId: randomUUID(),
      sessionToolCalls: call.earlier_calls ?? [],
      approvedScope: call.in_scope === false ? ['(nothing)'] : [call.tool],
      mode: call.mode ?? 'block',
      environment: call.environment ?? 'prod',
      sessionIntent: call.session_intent,
      purpose: call.purpose,
      dataClassification: call.sensitivity,
      taskContext: call.task,
      identityBinding: call.identity,
      metadata: metadataOf(call),
      callerAgentId: call.caller_agent,
      endpointId: call.endpoint,
      fleetId: call.fleet,
      receivedAt: new Date(call.time ?? '2026-01-05T12:00:00Z').toISOString(),
    },
    session: {
      requests: call.session_requests ?? 0,
      violations: call.session_violations ?? 0,
      callsOfThisTool: call.calls_of_this_tool ?? 0,
    },
  };
}

/** What travels as metadata on the wire; undefined when nothing does. */
export function metadataOf(call: DescribedCall): Readonly<Record<string, unknown>> | undefined {
  const metadata = {
    ...(call.behavioral_score !== undefined && { behavioral_score: call.behavioral_score }),
    ...(call.policy_context !== undefined && { policy_context: call.policy_context }),
    ...(call.args_truncated === true && { tool_args_truncated: true }),
    ...(call.mcp_host !== undefined && { mcp_host: call.mcp_host }),
  };
  return Object.keys(metadata).length > 0 ? metadata : undefined;
}
