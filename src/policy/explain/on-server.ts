import type { OperationInput, OperationOutput } from '../../contract/index.js';
import { metadataOf, type DescribedCall } from '../evaluate/call.js';
import type { PolicyApi } from '../remote.js';
import { readCallFile } from './call-file.js';

/** Which call: described, in a file, or one the control plane recorded. */
export type AskedOfServer =
  | { readonly described: DescribedCall }
  | { readonly file: string }
  | { readonly chainIndex: number }
  | { readonly violationId: string };

type Body = NonNullable<OperationInput<'explainPolicy'>['body']>;

/** Why the tenant, as it stands now, decides on a call as it does. Nothing is recorded. */
export async function explainOnServer(
  api: Pick<PolicyApi, 'call'>,
  asked: AskedOfServer,
  signal?: AbortSignal,
): Promise<OperationOutput<'explainPolicy'>> {
  return api.call('explainPolicy', { body: await bodyOf(asked) }, { signal });
}

async function bodyOf(asked: AskedOfServer): Promise<Body> {
  if ('described' in asked) return { call: wireCall(asked.described) };
  if ('file' in asked) return { call: wireCall(await readCallFile(asked.file)) };
  if ('chainIndex' in asked) return { chain_index: asked.chainIndex };
  return { violation_id: asked.violationId };
}

/** A call that does not say whether it is in scope leaves that to the scope set for the agent. */
function wireCall(call: DescribedCall): NonNullable<Body['call']> {
  const metadata = metadataOf(call);
  return {
    tool_name: call.tool,
    agent_id: call.agent ?? 'agent',
    user_id: call.user ?? 'system',
    ...(call.args !== undefined && { tool_args: call.args }),
    ...(call.in_scope !== undefined && { approved_scope: [call.in_scope ? call.tool : '(nothing)'] }),
    ...(call.mode !== undefined && { enforcement_mode: call.mode }),
    ...(call.environment !== undefined && { environment: call.environment }),
    ...(call.session_intent !== undefined && { session_intent: call.session_intent }),
    ...(call.purpose !== undefined && { purpose: call.purpose }),
    ...(call.sensitivity !== undefined && { data_classification: call.sensitivity }),
    ...(call.task !== undefined && { task_context: call.task }),
    ...(call.identity !== undefined && { identity_binding: call.identity }),
    ...(metadata !== undefined && { metadata }),
    ...(call.caller_agent !== undefined && { delegation_context: { caller_agent_id: call.caller_agent } }),
    ...(call.endpoint !== undefined && { endpoint_id: call.endpoint }),
    ...(call.fleet !== undefined && { fleet_id: call.fleet }),
    ...(call.earlier_calls !== undefined && { session_tool_calls: call.earlier_calls }),
    ...(call.time !== undefined && { occurred_at: call.time }),
    session: {
      requests: call.session_requests ?? 0,
      violations: call.session_violations ?? 0,
      calls_of_this_tool: call.calls_of_this_tool ?? 0,
    },
  };
}
