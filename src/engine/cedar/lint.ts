import type { DetailedError } from '@cedar-policy/cedar-wasm/nodejs';
import { parseDirectives } from '../directive/parse.js';
import { placeOf, placeOfByte } from '../place.js';
import type { TextEdit } from '../../text-edits.js';
import type { PolicyDiagnostic } from '../types.js';
import type { CedarLibrary } from './library.js';
import { decimalEdit } from './decimal-edit.js';
import { parseCedar, type ParsedCedar } from './policies.js';
import { validateTogether } from './validate.js';

/**
 * Everything wrong or doubtful about each source, in file order. Errors keep it from being enforced. The engine reads
 * the schema anew for every check, so the sources are checked together.
 */
export function lintAllCedar(cedar: CedarLibrary, sources: readonly string[]): PolicyDiagnostic[][] {
  const parsed = sources.map((source) => parseCedar(cedar, source));
  const schemaFindings = validateTogether(
    cedar,
    sources.map((source, index) => ({ source, policies: parsed[index]?.policies ?? [] })),
  );
  return sources.map((source, index) => {
    const policies = parsed[index];
    const found =
      policies === undefined
        ? parseFindings(cedar, source)
        : [...structureFindings(source, policies), ...(schemaFindings[index] ?? [])];
    return [...parseDirectives('CEDAR', source).diagnostics, ...found].sort(
      (left, right) => left.line - right.line || left.column - right.column,
    );
  });
}

function parseFindings(cedar: CedarLibrary, source: string): PolicyDiagnostic[] {
  const answer = cedar.checkParsePolicySet({ staticPolicies: source });
  return answer.type === 'failure' ? answer.errors.map((error) => parseFinding(source, error)) : [];
}

function structureFindings(source: string, parsed: ParsedCedar): PolicyDiagnostic[] {
  const found: PolicyDiagnostic[] = [];
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
  return found;
}

function parseFinding(source: string, error: DetailedError): PolicyDiagnostic {
  const at = error.sourceLocations?.[0];
  const place = at === undefined ? { line: 1, column: 1, excerpt: '' } : placeOfByte(source, at.start);
  const expected = at?.label === undefined || at.label === null ? '' : `, ${at.label}`;
  const message = error.message.replace(/^failed to parse policies from string: /, '') + expected;
  const decimal = /[<>=]=?\s*-?\d+\.\d+/.exec(place.excerpt);
  const edit = decimal === null || at === undefined ? undefined : decimalEdit(source, place.line);
  return {
    severity: 'error',
    code: decimal === null ? 'cedar_parse_error' : 'cedar_decimal_literal',
    message: decimal === null ? message : `${message}; Cedar has no decimal literal`,
    ...place,
    fix: decimal === null ? (error.help ?? parseRemedy(error.message)) : decimalRemedy(edit),
    ...(edit === undefined ? {} : { edit }),
  };
}

function parseRemedy(message: string): string {
  return /end of input/.test(message)
    ? 'something is opened and not closed: a brace, a parenthesis, a quote; or the `;` at the end is missing'
    : 'a policy reads: forbid (principal, action, resource) when { … }; look just before the place marked';
}

/** Whole numbers compare by signs, decimals by methods: which it is to be is the author's to say. */
function decimalRemedy(edit: TextEdit | undefined): string {
  const own = edit === undefined ? '' : `write ${edit.text}, which \`policy lint --fix\` does; or `;
  return `${own}compare a whole number: context.behavioral_score_percent >= 80 instead of 0.8, cents instead of an amount`;
}
