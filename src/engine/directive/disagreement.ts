import { buildPolicyInput, type PolicyInput } from '../input/build.js';
import { isStricter } from '../strictness.js';
import { bareTool } from '../tool-name.js';
import type { BundleVerdict, DecisionWord, EngineRequest, Framework, PolicyDiagnostic } from '../types.js';
import { parseDirectives, type Directive } from './parse.js';

const MOST_TOOLS = 8;

/** Source without its directives, every line kept: what the policy decides alone. */
export function withoutDirectives(framework: Framework, source: string): string {
  const lead = framework === 'OPA' ? /^\s*#+\s*thoth_rule\b.*$/gmu : /^\s*\/\/+\s*thoth_rule\b.*$/gmu;
  return source.replace(lead, (line) => ' '.repeat(line.length));
}

/**
 * Where a directive decides other than the policy below it. An enforcer may read the directives alone, so the same
 * calls must get the same answer from both: each directive is tried with calls it covers, at its thresholds and above.
 * `constants` are the texts the policy compares with, the tools it names among them; `decide` evaluates the policy
 * without its directives.
 */
export function disagreements(
  framework: Framework,
  source: string,
  constants: readonly string[],
  decide: (input: PolicyInput) => BundleVerdict,
): PolicyDiagnostic[] {
  return parseDirectives(framework, source).directives.flatMap((directive) => {
    if (directive.effect === 'FLAG') return [];
    for (const request of coveredCalls(directive, constants)) {
      const verdict = decide(buildPolicyInput(request));
      const problem = difference(directive.effect, verdict);
      if (problem !== undefined) return [finding(directive, request, problem)];
    }
    return [];
  });
}

/** Blocking what no rule permits is the bundle's own ground rule, no opinion about the directive. */
function difference(effect: DecisionWord, verdict: BundleVerdict): string | undefined {
  const { outcome } = verdict;
  if (outcome === effect || verdict.reasonCode === 'policy_default_deny') return undefined;
  if (outcome === 'NO_OPINION') return 'has no rule for it';
  if (isStricter(effect, outcome)) return outcome === 'ALLOW' ? 'allows it' : `only decides ${outcome}`;
  return `decides ${outcome}`;
}

function finding(directive: Directive, request: EngineRequest, problem: string): PolicyDiagnostic {
  const conditions = [
    `tool ${request.toolName}`,
    ...(request.purpose === undefined ? [] : [`purpose ${request.purpose}`]),
    ...(request.dataClassification === undefined ? [] : [`sensitivity ${request.dataClassification}`]),
    ...(request.metadata === undefined
      ? []
      : [`behavioral score ${String(request.metadata['behavioral_score'])}`]),
  ];
  return {
    severity: 'warning',
    code: 'directive_disagrees',
    message: `the directive decides ${directive.effect}, and the policy below ${problem}; for example: ${conditions.join(', ')}`,
    line: directive.line,
    column: 1,
    fix: 'give the policy a rule that decides the same for the same calls, or change the directive',
  };
}

function coveredCalls(directive: Directive, constants: readonly string[]): EngineRequest[] {
  const prefix = bareTool(directive.actionPrefix ?? '');
  const named = constants
    .map(bareTool)
    .filter((text) => /^[\w.:-]+$/u.test(text) && text.startsWith(prefix))
    .slice(0, MOST_TOOLS);
  const tools = [...new Set([...(prefix === '' ? [] : [prefix]), ...named, `${prefix}any_tool`])];
  const { minSensitivity: label, minBehavioralScore: score } = directive;
  const labels = label === undefined ? [undefined] : [...new Set([label, 'restricted'])];
  const scores = score === undefined ? [undefined] : [...new Set([score, 1])];
  return tools.flatMap((tool) =>
    labels.flatMap((each) => scores.map((at) => call(tool, directive.purpose, each, at))),
  );
}

function call(
  toolName: string,
  purpose: string | undefined,
  dataClassification: string | undefined,
  score: number | undefined,
): EngineRequest {
  return {
    tenantId: 'local',
    agentId: 'agent',
    callerAgentId: undefined,
    userId: 'system',
    toolName,
    toolArgs: {},
    sessionId: 'lint',
    sessionToolCalls: [],
    approvedScope: [],
    mode: 'block',
    environment: 'prod',
    sessionIntent: undefined,
    purpose,
    dataClassification,
    taskContext: undefined,
    identityBinding: undefined,
    metadata: score === undefined ? undefined : { behavioral_score: score },
    endpointId: undefined,
    fleetId: undefined,
    receivedAt: '2026-01-05T12:00:00.000Z',
  };
}
