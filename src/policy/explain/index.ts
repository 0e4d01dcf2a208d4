import { readFile } from 'node:fs/promises';
import { usageError } from '../../errors/index.js';
import { isAssigned } from '../../engine/assignment.js';
import type { BundleVerdict, EngineRequest, SessionFacts } from '../../engine/types.js';
import type { DesiredBundle } from '../bundle.js';
import { PlacedDocument } from '../document.js';
import { policyEngine } from '../engine.js';
import { callSchema, engineCall, type DescribedCall } from '../evaluate/call.js';
import { openPolicy } from '../evaluate/local.js';
import { faultyPolicy } from '../fault.js';
import { loadSoundPolicy } from '../load.js';
import type { PolicyApi } from '../remote.js';

/** One step on the way to a decision. */
interface ExplainedStep {
  readonly step: string;
  readonly outcome: string;
  readonly detail: string;
}

export interface Explanation {
  readonly tool: string;
  readonly agent: string;
  readonly decision: string;
  readonly reason_code: string;
  readonly reason: string;
  readonly matched_rule_ids: readonly string[];
  readonly steps: readonly ExplainedStep[];
  /** What the policies saw. */
  readonly input: unknown;
}

/** Which call: described by the author, or one the control plane recorded. */
export type ExplainedCall =
  | { readonly described: DescribedCall }
  | { readonly file: string }
  | { readonly api: PolicyApi; readonly chainIndex: number };

const CONSEQUENCE = 'nothing was explained';

/** Why the policies of a directory decide on a call as they do, step by step. */
export async function explainCall(
  path: string,
  asked: ExplainedCall,
  signal?: AbortSignal,
): Promise<Explanation> {
  const bundles = await loadSoundPolicy(path, CONSEQUENCE);
  const { request, session, recorded } = await callOf(asked, signal);
  const policy = await openPolicy(bundles, CONSEQUENCE, signal);
  try {
    const { decision, verdicts } = await policy.evaluate(request, session);
    const { buildPolicyInput } = await policyEngine();
    const inScope = request.approvedScope.includes(request.toolName);
    return {
      tool: request.toolName,
      agent: request.agentId,
      decision: decision.decision,
      reason_code: decision.reasonCode,
      reason: decision.reason,
      matched_rule_ids: decision.matchedRuleIds.map(withoutVersion),
      steps: [
        ...recorded,
        {
          step: 'the call',
          outcome: request.mode,
          detail: `${request.agentId} calls ${request.toolName} (${decision.actionClass}, risk tier ${decision.riskTier})`,
        },
        ...bundles.map((bundle) => bundleStep(bundle, request.agentId, verdicts)),
        {
          step: 'approved scope',
          outcome: inScope ? 'in scope' : 'out of scope',
          detail: inScope
            ? 'the bundles decide; without an opinion of theirs the call is allowed'
            : 'the mode decides, unless a rule names the tool; any other rule can only make it stricter',
        },
        ...(decision.shadowDecision === undefined
          ? []
          : [
              {
                step: 'observe mode',
                outcome: 'ALLOW',
                detail: `decided ${decision.shadowDecision}, which is only reported`,
              },
            ]),
        {
          step: 'decision',
          outcome: decision.decision,
          detail: `${decision.reason} (${decision.reasonCode})`,
        },
      ],
      input: buildPolicyInput(request, session),
    };
  } finally {
    await policy.close();
  }
}

async function callOf(
  asked: ExplainedCall,
  signal: AbortSignal | undefined,
): Promise<{ request: EngineRequest; session: SessionFacts; recorded: readonly ExplainedStep[] }> {
  if ('described' in asked) return { ...engineCall(asked.described), recorded: [] };
  if ('file' in asked) return { ...engineCall(await readCall(asked.file)), recorded: [] };
  const { api, chainIndex } = asked;
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
  const { readPolicyInput, requestOf } = await policyEngine();
  const input = readPolicyInput(call.input);
  if (input === undefined)
    throw usageError(
      `the input of record ${chainIndex} is no longer kept`,
      'describe the call with --call FILE',
    );
  return {
    ...requestOf(input, call.in_scope ?? true),
    recorded: [
      {
        step: `record ${chainIndex}`,
        outcome: call.decision,
        detail: `decided then by ${call.matched_rule_ids.join(', ') || 'no rule'} (${call.decision_reason_code}); below is what this directory decides`,
      },
    ],
  };
}

async function readCall(file: string): Promise<DescribedCall> {
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    const reason = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown error';
    throw usageError(
      `${file} cannot be read: ${reason}`,
      'give a YAML file with the members of `call` in a test',
    );
  });
  const document = await PlacedDocument.parse(text, file);
  const call = document.faults.length === 0 ? document.narrow(callSchema) : undefined;
  if (call === undefined) throw faultyPolicy(document.faults, CONSEQUENCE);
  return call;
}

function bundleStep(
  bundle: DesiredBundle,
  agentId: string,
  verdicts: readonly BundleVerdict[],
): ExplainedStep {
  const step = `bundle ${bundle.name}`;
  if (bundle.status === 'paused') return { step, outcome: 'paused', detail: 'it governs nothing' };
  if (!isAssigned(bundle.assignments, agentId))
    return {
      step,
      outcome: 'not asked',
      detail: `it governs ${bundle.assignments.join(', ')}, not ${agentId}`,
    };
  const verdict = verdicts.find((each) => each.bundleName === bundle.name);
  if (verdict === undefined) return { step, outcome: 'not asked', detail: 'it was not evaluated' };
  const rules = verdict.ruleIds.length > 0 ? `rule ${verdict.ruleIds.join(', ')}` : 'no rule holds';
  const binding = verdict.binding ? '' : '; observed only, it does not bind';
  const flags = verdict.flags === undefined ? '' : `; flags ${verdict.flags.join(', ')}`;
  return {
    step,
    outcome: verdict.outcome === 'NO_OPINION' ? 'no opinion' : verdict.outcome,
    detail: `${verdict.failure === undefined ? rules : `failed: ${verdict.failure}`}${verdict.reason === undefined ? '' : `: ${verdict.reason}`}${flags}${binding}`,
  };
}

function withoutVersion(rule: string): string {
  return rule.replace(/@\d+(?=#|$)/u, '');
}
