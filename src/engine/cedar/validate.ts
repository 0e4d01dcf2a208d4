import type { DetailedError } from '@cedar-policy/cedar-wasm/nodejs';
import { placeOf } from '../place.js';
import type { PolicyDiagnostic } from '../types.js';
import type { CedarLibrary } from './library.js';
import { readsUntyped } from './mentions.js';
import type { CedarPolicy } from './policies.js';
import { CONTEXT_ATTRIBUTES } from './request.js';
import { schemaWithActions, UNTYPED_CONTEXT } from './schema.js';

interface CedarSource {
  readonly source: string;
  readonly policies: readonly CedarPolicy[];
}

interface Checked {
  readonly from: number;
  readonly policy: CedarPolicy;
}

/** A policy that leaves the action open is checked against every action named beside it: few at a time stay cheap. */
const NAMED_AT_A_TIME = 32;

/** What the schema says of the policies of each source. */
export function validateTogether(cedar: CedarLibrary, sources: readonly CedarSource[]): PolicyDiagnostic[][] {
  const found: PolicyDiagnostic[][] = sources.map(() => []);
  const all = sources.flatMap(({ policies }, from) => policies.map((policy): Checked => ({ from, policy })));
  const named = all.filter(({ policy }) => toolActions(policy).length > 0);
  const groups = [all.filter(({ policy }) => toolActions(policy).length === 0)];
  for (let at = 0; at < named.length; at += NAMED_AT_A_TIME)
    groups.push(named.slice(at, at + NAMED_AT_A_TIME));
  for (const group of groups)
    if (group.length > 0) for (const [from, each] of validate(cedar, group, sources)) found[from]?.push(each);
  return found.map(once);
}

function validate(
  cedar: CedarLibrary,
  group: readonly Checked[],
  sources: readonly CedarSource[],
): [number, PolicyDiagnostic][] {
  const answer = cedar.validate({
    schema: schemaWithActions(cedar, [...new Set(group.flatMap(({ policy }) => toolActions(policy)))]),
    policies: {
      staticPolicies: Object.fromEntries(group.map(({ policy }, index) => [String(index), policy.text])),
    },
    validationSettings: { mode: 'strict' },
  });
  // Every policy was parsed before, so the whole is refused only on account of one of them: each is asked alone.
  if (answer.type === 'failure')
    return group.length > 1
      ? group.flatMap((each) => validate(cedar, [each], sources))
      : group.flatMap(({ from, policy }) =>
          answer.errors.map((error): [number, PolicyDiagnostic] => [
            from,
            refusal(sources[from], policy, error),
          ]),
        );
  const failing = new Set(answer.validationErrors.map((each) => each.policyId));
  const place = (each: { policyId: string; error: DetailedError }, severity: 'error' | 'warning') => {
    const checked = group[Number(each.policyId)];
    const source = sources[checked?.from ?? -1]?.source;
    return checked === undefined || source === undefined
      ? []
      : finding(source, checked.policy, each.error, severity).map((one): [number, PolicyDiagnostic] => [
          checked.from,
          one,
        ]);
  };
  return [
    ...answer.validationErrors.flatMap((each) => place(each, 'error')),
    ...answer.validationWarnings
      .filter((each) => !failing.has(each.policyId))
      .flatMap((each) => place(each, 'warning')),
  ];
}

function toolActions(policy: CedarPolicy): string[] {
  return [...policy.mentions.actions].filter((id) => id.startsWith('tool_call:'));
}

function once(findings: readonly PolicyDiagnostic[]): PolicyDiagnostic[] {
  const seen = new Set<string>();
  return findings.filter((each) => {
    const key = `${each.line}:${each.column}:${each.code}:${each.message}`;
    return seen.has(key) ? false : seen.add(key);
  });
}

function refusal(from: CedarSource | undefined, policy: CedarPolicy, error: DetailedError): PolicyDiagnostic {
  return {
    severity: 'error',
    code: 'cedar_schema_error',
    message: `${policy.label}: ${error.message}`,
    ...placeOf(from?.source ?? '', policy.offset),
    ...(error.help === null ? {} : { fix: error.help }),
  };
}

const UNTYPED = new RegExp(`attribute \`((?:${UNTYPED_CONTEXT.join('|')})\\.[^\`]*)\``);

const CONTEXT_HAS = `arguments of the call are in context.args; the context has ${CONTEXT_ATTRIBUTES.join(', ')}`;

/** Of `args.payment.amount`: the test that has to come first. */
function guard(path: string): string {
  const end = path.lastIndexOf('.');
  return `guard it: context.${path.slice(0, end)} has ${path.slice(end + 1)} && …`;
}

function finding(
  source: string,
  policy: CedarPolicy,
  error: DetailedError,
  severity: 'error' | 'warning',
): PolicyDiagnostic[] {
  const at = error.sourceLocations?.[0]?.start ?? 0;
  const within = Buffer.from(policy.text, 'utf8').subarray(0, at).toString('utf8').length;
  const place = placeOf(source, policy.offset + within);
  const message = error.message.replace(/^for policy `\d+`, /, `${policy.label}: `);
  const untyped = UNTYPED.exec(error.message)?.[1];
  if (untyped !== undefined)
    return [
      {
        severity: 'warning',
        code: 'cedar_unguarded_attribute',
        message: `${policy.label}: the attribute may be absent; a call without it is then blocked as policy_evaluation_failed`,
        ...place,
        fix: guard(untyped),
      },
    ];
  const impossible = /policy is impossible|unable to find an applicable action/.test(error.message);
  // No schema knows what a caller sends, so a guard on it looks impossible to the checker.
  if (impossible && readsUntyped(policy.mentions)) return [];
  if (impossible)
    return [
      {
        severity: policy.permits ? 'warning' : 'error',
        code: 'cedar_never_holds',
        message,
        ...place,
        fix: 'use `action in Thoth::Action::"tool_call"`, or `action == Thoth::Action::"tool_call:<tool>"` for one tool',
      },
    ];
  return [
    {
      severity,
      code: severity === 'error' ? 'cedar_schema_error' : 'cedar_schema_warning',
      message,
      ...place,
      fix: [error.help, CONTEXT_HAS].filter((each) => each !== null).join(' '),
    },
  ];
}
