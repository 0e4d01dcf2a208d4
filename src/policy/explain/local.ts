import { ThothctlError, usageError } from '../../errors/index.js';
import type { ExplainedStep, Explanation } from '../../engine/index.js';
import type { EngineRequest, SessionFacts } from '../../engine/types.js';
import type { DesiredBundle } from '../bundle.js';
import { policyEngine } from '../engine.js';
import { engineCall } from '../evaluate/call.js';
import { openPolicy } from '../evaluate/local.js';
import { loadSoundPolicy } from '../load.js';
import type { PolicyApi } from '../remote.js';
import { CONSEQUENCE, readCallFile } from './call-file.js';
import type { AskedOfServer } from './on-server.js';

type Described = Extract<AskedOfServer, { described: unknown } | { file: string }>;

/** Which call: described by the author, or one the control plane recorded. */
type ExplainedCall = Described | { readonly api: PolicyApi; readonly recorded: Recorded };
type Recorded = Exclude<AskedOfServer, Described>;

/** Why the policies of a directory decide on a call as they do, step by step. */
export async function explainCall(
  path: string,
  asked: ExplainedCall,
  signal?: AbortSignal,
): Promise<Explanation> {
  const bundles = await loadSoundPolicy(path, CONSEQUENCE);
  const { request, session, before } = await callOf(asked, signal);
  const policy = await openPolicy(bundles, CONSEQUENCE, signal);
  try {
    const { verdicts } = await policy.evaluate(request, session);
    const { explainDecision, presentExplanation } = await policyEngine();
    const explained = explainDecision(request, policy.snapshot, session, verdicts);
    return inDirectory(presentExplanation(explained, request, session, before), bundles);
  } finally {
    await policy.close();
  }
}

/** Files have no versions, and the paused bundles of a directory are worth a word. */
function inDirectory(explanation: Explanation, bundles: readonly DesiredBundle[]): Explanation {
  const paused = bundles.filter(({ status }) => status === 'paused');
  const steps = explanation.steps.map((each) => ({ ...each, step: withoutVersion(each.step) }));
  const scope = steps.findIndex(({ step }) => step === 'approved scope');
  steps.splice(
    scope,
    0,
    ...paused.map(({ name }) => ({
      step: `bundle ${name}`,
      outcome: 'paused',
      detail: 'it governs nothing',
    })),
  );
  return { ...explanation, matched_rule_ids: explanation.matched_rule_ids.map(withoutVersion), steps };
}

async function callOf(
  asked: ExplainedCall,
  signal: AbortSignal | undefined,
): Promise<{ request: EngineRequest; session: SessionFacts; before: readonly ExplainedStep[] }> {
  if ('described' in asked) return { ...engineCall(asked.described), before: [] };
  if ('file' in asked) return { ...engineCall(await readCallFile(asked.file)), before: [] };
  const { api, recorded } = asked;
  const chainIndex =
    'chainIndex' in recorded ? recorded.chainIndex : await placeOf(api, recorded.violationId, signal);
  const page = await api.call(
    'listRecordedCalls',
    { query: { from_sequence: chainIndex - 1, limit: 1 } },
    { signal },
  );
  const call = page.data.find((each) => each.chain_index === chainIndex);
  if (call === undefined)
    throw usageError(
      `record ${chainIndex} is no decision`,
      '`thothctl feed list` shows the decisions with their records',
    );
  const { readPolicyInput, requestOf, recordedSteps } = await policyEngine();
  const input = readPolicyInput(call.input);
  if (input === undefined)
    throw usageError(
      `the input of record ${chainIndex} is no longer kept`,
      'describe the call with --call FILE',
    );
  return {
    ...requestOf(input, call.in_scope ?? true),
    before: recordedSteps(
      {
        chainIndex,
        decision: call.decision,
        reasonCode: call.decision_reason_code,
        matchedRuleIds: call.matched_rule_ids,
      },
      input,
      'this directory',
    ),
  };
}

async function placeOf(
  api: PolicyApi,
  violationId: string,
  signal: AbortSignal | undefined,
): Promise<number> {
  const { chain_index: place } = await api.call('getViolation', { path: { violationId } }, { signal });
  if (place !== undefined) return place;
  throw new ThothctlError({
    code: 'not_recorded',
    message: `the control plane does not say where ${violationId} is in the evidence chain`,
    exit: 'usage',
    fix: 'describe the call with --call FILE',
  });
}

function withoutVersion(rule: string): string {
  return rule.replace(/@\d+(?=#|$)/u, '');
}
