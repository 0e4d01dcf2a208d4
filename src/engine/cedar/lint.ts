import type { DetailedError } from '@cedar-policy/cedar-wasm/nodejs';
import { parseDirectives } from '../directive/parse.js';
import { placeOf, placeOfByte } from '../place.js';
import type { PolicyDiagnostic } from '../types.js';
import type { CedarLibrary } from './library.js';
import { readsUntyped } from './mentions.js';
import { parseCedar, type CedarPolicy } from './policies.js';
import { CONTEXT_ATTRIBUTES } from './request.js';
import { schemaWithActions, UNTYPED_CONTEXT } from './schema.js';

/** Everything wrong or doubtful about Cedar source, in file order. Errors keep it from being enforced. */
export function lintCedar(cedar: CedarLibrary, source: string): PolicyDiagnostic[] {
  const directives = parseDirectives('CEDAR', source);
  const parsed = parseCedar(cedar, source);
  if (parsed === undefined) {
    const answer = cedar.checkParsePolicySet({ staticPolicies: source });
    const errors = answer.type === 'failure' ? answer.errors : [];
    return [...directives.diagnostics, ...errors.map((error) => parseFinding(source, error))];
  }
  const found: PolicyDiagnostic[] = [...directives.diagnostics];
  if (parsed.policies.length === 0 && parsed.templates.length === 0)
    found.push({
      severity: 'error',
      code: 'preflight_no_policy',
      message: 'the bundle holds no permit and no forbid',
      line: 1,
      column: 1,
      fix: 'add at least one permit or forbid policy',
    });
  for (const template of parsed.templates)
    found.push({
      severity: 'error',
      code: 'cedar_template',
      message: 'a template never holds: bundles cannot link templates',
      ...placeOf(source, Math.max(0, source.indexOf(template))),
      fix: 'replace ?principal and ?resource by a condition',
    });
  for (const problem of parsed.problems)
    found.push({
      severity: 'error',
      code: 'cedar_annotation_error',
      message: problem.message,
      ...placeOf(source, problem.offset),
      fix: problem.fix,
    });
  found.push(...schemaFindings(cedar, source, parsed.policies));
  if (directives.directives.length > 0 && parsed.policies.every((policy) => policy.permits))
    for (const directive of directives.directives)
      if (directive.effect !== 'FLAG')
        found.push({
          severity: 'warning',
          code: 'directive_without_rule',
          message: `the directive decides ${directive.effect}, but no forbid of the file does; without the comment the policy would permit`,
          line: directive.line,
          column: 1,
        });
  return found.sort((left, right) => left.line - right.line || left.column - right.column);
}

function parseFinding(source: string, error: DetailedError): PolicyDiagnostic {
  const at = error.sourceLocations?.[0];
  const place = at === undefined ? { line: 1, column: 1, excerpt: '' } : placeOfByte(source, at.start);
  const expected = at?.label === undefined || at.label === null ? '' : `, ${at.label}`;
  const message = error.message.replace(/^failed to parse policies from string: /, '') + expected;
  const decimal = /[<>=]=?\s*-?\d+\.\d+/.exec(place.excerpt);
  return {
    severity: 'error',
    code: decimal === null ? 'cedar_parse_error' : 'cedar_decimal_literal',
    message: decimal === null ? message : `${message}; Cedar has no decimal literal`,
    ...place,
    ...(decimal === null
      ? error.help === null
        ? {}
        : { fix: error.help }
      : {
          fix: 'compare with context.behavioral_score.greaterThanOrEqual(decimal("0.8")) or context.behavioral_score_percent >= 80',
        }),
  };
}

function schemaFindings(
  cedar: CedarLibrary,
  source: string,
  policies: readonly CedarPolicy[],
): PolicyDiagnostic[] {
  const named = new Set(
    policies.flatMap((policy) => [...policy.mentions.actions]).filter((id) => id.startsWith('tool_call:')),
  );
  const answer = cedar.validate({
    schema: schemaWithActions(cedar, [...named]),
    policies: {
      staticPolicies: Object.fromEntries(policies.map((policy, index) => [String(index), policy.text])),
    },
    validationSettings: { mode: 'strict' },
  });
  if (answer.type === 'failure') return answer.errors.map((error) => parseFinding(source, error));
  const findings = answer.validationErrors.flatMap((each) =>
    finding(source, policies[Number(each.policyId)], each.error, 'error'),
  );
  const failing = new Set(answer.validationErrors.map((each) => each.policyId));
  const warnings = answer.validationWarnings
    .filter((each) => !failing.has(each.policyId))
    .flatMap((each) => finding(source, policies[Number(each.policyId)], each.error, 'warning'));
  const seen = new Set<string>();
  return [...findings, ...warnings].filter((each) => {
    const key = `${each.line}:${each.column}:${each.code}:${each.message}`;
    return seen.has(key) ? false : seen.add(key);
  });
}

const UNTYPED = new RegExp(`attribute \`(?:${UNTYPED_CONTEXT.join('|')})\\.`);

function finding(
  source: string,
  policy: CedarPolicy | undefined,
  error: DetailedError,
  severity: 'error' | 'warning',
): PolicyDiagnostic[] {
  if (policy === undefined) return [];
  const at = error.sourceLocations?.[0]?.start ?? 0;
  const within = Buffer.from(policy.text, 'utf8').subarray(0, at).toString('utf8').length;
  const place = placeOf(source, policy.offset + within);
  const message = error.message.replace(/^for policy `\d+`, /, `${policy.label}: `);
  if (UNTYPED.test(error.message))
    return [
      {
        severity: 'warning',
        code: 'cedar_unguarded_attribute',
        message: `${policy.label}: the attribute may be absent; a call without it is then blocked as policy_evaluation_failed`,
        ...place,
        fix: 'guard it: context.args has amount && context.args.amount > 100',
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
      fix: error.help ?? `the context has: ${CONTEXT_ATTRIBUTES.join(', ')}`,
    },
  ];
}
