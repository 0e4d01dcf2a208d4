import { createHash } from 'node:crypto';
import { sensitivityRank } from '../../../engine/sensitivity.js';
import type { ApprovedChange } from './approved-change.js';

/** The same change in each language, and as YAML for systems elsewhere. */
export type RenderedPolicies = Readonly<Record<'cedar' | 'rego' | 'yaml', string>>;

/**
 * Policies with the effect of the approval: for this agent and tool they set aside the rules that refused the call, and
 * nothing else. Without a recorded violation that is the scope alone. When agent or tool is not known, they name a tool no
 * call has, and have no effect until somebody fills it in.
 */
export function renderPolicies(change: ApprovedChange): RenderedPolicies {
  const known = change.agentId !== undefined && change.toolName !== undefined;
  const complete = {
    ...change,
    agentId: change.agentId ?? '',
    toolName: known ? (change.toolName ?? '') : '',
    ruleIds: change.ruleIds.length > 0 ? change.ruleIds : ['scope'],
  };
  return { cedar: cedar(complete), rego: rego(complete), yaml: yaml(complete) };
}

type Complete = ApprovedChange & { readonly agentId: string; readonly toolName: string };

function cedar(change: Complete): string {
  const { requestId, agentId, toolName, ruleIds, hold } = change;
  const conditions = [
    ...(change.environment === undefined ? [] : [`context.environment == ${quoted(change.environment)}`]),
    ...(change.purpose === undefined ? [] : [`context.purpose == ${quoted(change.purpose)}`]),
    ...(change.maxSensitivity === undefined
      ? []
      : [`context.sensitivity_level <= ${sensitivityRank(change.maxSensitivity)}`]),
  ];
  const call = [
    '(',
    `  principal == Thoth::Agent::${quoted(agentId)},`,
    `  action == Thoth::Action::${quoted(`tool_call:${toolName}`)},`,
    '  resource',
    conditions.length === 0 ? ');' : `) when {\n  ${conditions.join(' &&\n  ')}\n};`,
  ].join('\n');
  const waiver = [
    `@id(${quoted(`exception-${requestId}`)})`,
    `@reason(${quoted(`approved exception ${requestId}`)})`,
    '@thoth_effect("WAIVE")',
    `@waives(${quoted(JSON.stringify(ruleIds))})`,
    `permit ${call}`,
  ];
  const step = [
    '',
    `@id(${quoted(`exception-${requestId}-hold`)})`,
    `@reason(${quoted(`exception ${requestId} is approved case by case`)})`,
    '@thoth_effect("STEP_UP")',
    `forbid ${call}`,
  ];
  return `${[...waiver, ...(hold ? step : [])].join('\n')}\n`;
}

function rego(change: Complete): string {
  const { requestId, agentId, toolName, ruleIds, hold } = change;
  const conditions = [
    `input.principal.id == ${JSON.stringify(agentId)}`,
    `input.action == ${JSON.stringify(`tool_call:${toolName}`)}`,
    change.environment === undefined
      ? 'input.context.environment != ""'
      : `input.context.environment == ${JSON.stringify(change.environment)}`,
    ...(change.purpose === undefined ? [] : [`input.context.purpose == ${JSON.stringify(change.purpose)}`]),
    ...(change.maxSensitivity === undefined
      ? []
      : [`input.context.sensitivity_level <= ${sensitivityRank(change.maxSensitivity)}`]),
  ];
  const rule = (id: string, reason: string, more: object) => JSON.stringify({ id, reason, ...more });
  const waiver = rule(`exception-${requestId}`, `approved exception ${requestId}`, { waives: ruleIds });
  const step = rule(`exception-${requestId}-hold`, `exception ${requestId} is approved case by case`, {});
  return [
    // Request ids are free text; a package name is not.
    `package thoth.exceptions.e${createHash('sha256').update(requestId).digest('hex').slice(0, 16)}`,
    '',
    'import rego.v1',
    '',
    'covered if {',
    ...conditions.map((condition) => `\t${condition}`),
    '}',
    '',
    `waive contains ${waiver} if covered`,
    ...(hold ? ['', `step_up contains ${step} if covered`] : []),
    '',
  ].join('\n');
}

/** JSON values are YAML values. */
function yaml(change: Complete): string {
  const members = {
    exception: change.requestId,
    effect: change.hold ? 'step_up' : 'allow',
    agent: change.agentId,
    tool: change.toolName,
    environment: change.environment,
    purpose: change.purpose,
    max_sensitivity: change.maxSensitivity,
    sets_aside: change.ruleIds,
  };
  return Object.entries(members)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name}: ${JSON.stringify(value)}\n`)
    .join('');
}

/** A Cedar string literal. */
function quoted(text: string): string {
  const escaped = text
    .replace(/["\\]/g, (sign) => `\\${sign}`)
    .replace(/\p{Cc}/gu, (sign) => `\\u{${sign.codePointAt(0)?.toString(16) ?? ''}}`);
  return `"${escaped}"`;
}
