import type { ThothConfig } from '../../../src/sdk/index.js';
import { governedTool } from '../governed-tool.js';
import type { Answer, Json, ScriptedEnforcer } from '../scripted-enforcer.js';

export interface Case {
  readonly name: string;
  readonly enforce: Answer;
  /** First poll; a second one is answered with a BLOCK that says the first left the call pending. */
  readonly hold?: Answer;
  readonly outcome: string;
}

const IN_FLIGHT = 32;

/** Runs every case over HTTP and returns those whose outcome is not the one in the table. */
export async function wrongOutcomes(
  enforcer: ScriptedEnforcer,
  cases: readonly Case[],
  more: ThothConfig,
): Promise<string[]> {
  const polls = new Map<number, number>();
  enforcer.onEnforce = ({ body }) => {
    const index = caseOf((body as Json)['tool_args']);
    const { enforce } = cases[index]!;
    return isObject(enforce.body) && 'hold_token' in enforce.body && enforce.body['hold_token'] === 'h'
      ? { ...enforce, body: { ...enforce.body, hold_token: `h-${index}` } }
      : enforce;
  };
  enforcer.onHold = ({ path }) => {
    const index = Number(path.slice(path.lastIndexOf('-') + 1));
    const nth = (polls.get(index) ?? 0) + 1;
    polls.set(index, nth);
    const first = cases[index]?.hold;
    return nth === 1 && first !== undefined ? first : { body: WAS_PENDING };
  };
  const tool = governedTool(enforcer, {
    stepUpPollIntervalMs: 1,
    events: { queueLimit: 1 },
    enforceTimeoutMs: 30_000,
    ...more,
  });
  const wrong: string[] = [];
  let next = 0;
  const lane = async (): Promise<void> => {
    for (let index = next++; index < cases.length; index = next++) {
      const one = cases[index]!;
      const outcome = await outcomeOf(tool, index);
      if (outcome !== one.outcome) wrong.push(`${one.name}: ${outcome}, expected ${one.outcome}`);
    }
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, lane));
  return wrong;
}

const WAS_PENDING = { resolved: true, resolution: 'BLOCK', decision_reason_code: 'was_pending' };

async function outcomeOf(tool: ReturnType<typeof governedTool>, index: number): Promise<string> {
  const mine = (): unknown[][] => tool.entered.filter(([args]) => (args as Json)['case'] === index);
  try {
    const seen = await tool.run({ q: 'original', case: index });
    return (seen as Json)['q'] === 'original' ? 'run' : 'changed';
  } catch (error) {
    const { name, source, decisionReasonCode } = error as Record<string, string>;
    if (mine().length > 0) return 'THE TOOL WAS ENTERED AND THEN REFUSED';
    if (name === 'ThothStepUpRequired') return 'approval';
    if (name === 'ThothDeferredError') return 'deferred';
    if (name !== 'ThothPolicyViolation') return `a foreign error: ${String(error)}`;
    if (source === 'enforcer_unavailable') return 'outage';
    return (
      SAID_BY_CODE[decisionReasonCode ?? ''] ?? (source === 'enforcer_rejected' ? 'rejected' : 'blocked')
    );
  }
}

const SAID_BY_CODE: Record<string, string> = {
  unknown_decision: 'unknown',
  malformed_reply: 'malformed',
  modify_not_applicable: 'unmappable',
  hold_token_missing: 'no token',
  hold_not_available: 'gone',
  was_pending: 'pending',
};

function caseOf(toolArgs: unknown): number {
  return Number((toolArgs as Json)['case']);
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
