import { parseDirectives } from '../directive/parse.js';
import { excerptOf } from '../place.js';
import type { PolicyDiagnostic } from '../types.js';
import { ENTRY_RULES, INSTEAD } from './language.js';
import type { RegoReply } from './reply.js';
import { withoutComments } from './source-text.js';
import { sprintfFindings } from './sprintf.js';

const REQUIRED_INPUT = ['principal', 'action', 'context'] as const;

/** Everything wrong or doubtful about Rego source, in file order, from what the compiler said. */
export function lintRego(source: string, reply: RegoReply): PolicyDiagnostic[] {
  const { diagnostics } = parseDirectives('OPA', source);
  const found: PolicyDiagnostic[] = [
    ...diagnostics,
    ...reply.findings.map((each): PolicyDiagnostic => {
      const fix = fixOf(each.code, each.name, each.message);
      return {
        severity: each.severity,
        code: each.code,
        message: each.message,
        line: each.line,
        column: each.column,
        excerpt: excerptOf(source, each.line),
        ...(fix === undefined ? {} : { fix }),
        ...(each.code === 'rego_v1_without_import' ? importEdit(source) : {}),
      };
    }),
  ];
  // Preflight speaks about a module that was read; after a syntax error it would only repeat the noise.
  if (reply.package !== '' && !reply.findings.some((each) => each.severity === 'error'))
    found.push(...preflight(source, reply));
  found.push(...sprintfFindings(source));
  return found.sort((left, right) => left.line - right.line || left.column - right.column);
}

/** Says which Rego it is, right below the package. */
function importEdit(source: string): Pick<PolicyDiagnostic, 'edit'> {
  const line = /^[ \t]*package\b[^\n\r]*/mu.exec(withoutComments(source));
  if (line === null) return {};
  // What follows on the line may be a comment: it stays there.
  const end = source.indexOf('\n', line.index);
  const at = end === -1 ? source.length : end;
  return { edit: { start: at, end: at, text: '\n\nimport rego.v1' } };
}

function preflight(source: string, reply: RegoReply): PolicyDiagnostic[] {
  const line = Math.max(1, source.split('\n').findIndex((text) => /^\s*package\b/.test(text)) + 1);
  const at = { line, column: 1, excerpt: excerptOf(source, line) };
  const found: PolicyDiagnostic[] = [];
  const absent = reply.inputs.includes('*')
    ? []
    : REQUIRED_INPUT.filter((member) => !reply.inputs.includes(member));
  if (absent.length > 0)
    found.push({
      severity: 'error',
      code: 'preflight_input',
      message: `the policy never refers to ${absent.map((member) => `input.${member}`).join(', ')}`,
      ...at,
      fix: 'conditions must cover who (input.principal), what (input.action) and why (input.context)',
    });
  if (reply.rules.length === 0)
    found.push({
      severity: 'error',
      code: 'preflight_no_rule',
      message: `package ${reply.package.replace(/^data\./, '')} defines none of the rules ${ENTRY_RULES.join(', ')}`,
      ...at,
      fix: 'name the decision allow, deny, step_up, defer, modify, flag or waive',
    });
  return found;
}

function fixOf(code: string, name: string | undefined, message: string): string | undefined {
  if (code === 'rego_unsafe_builtin' || code === 'rego_unsupported_builtin')
    return (
      (name === undefined ? undefined : INSTEAD[name]) ?? 'see the list of built-ins in docs/policy-input.md'
    );
  if (code === 'rego_type_error' && /undefined ref: input\.action/.test(message))
    return 'input.action is the text "tool_call:<tool>"; name and arguments are input.tool.name and input.tool.args';
  if (code === 'rego_type_error' && /undefined ref: input/.test(message))
    return 'the members of input are listed in docs/policy-input.md';
  if (code === 'rego_type_error' && message === 'match error')
    return 'the two sides have types that are never equal; the name of the tool is input.tool.name, the other members of input and their types are in docs/policy-input.md';
  if (code === 'rego_v0_syntax')
    return 'write `allow if { … }` and `deny contains reason if { … }`, or run `opa fmt --rego-v1`';
  if (code === 'rego_parse_error')
    return /\beof\b/i.test(message)
      ? 'something is opened and not closed: a brace, a bracket, a quote'
      : 'the statement before the place marked may not be finished';
  if (code === 'rego_v1_without_import') return 'add `import rego.v1` below the package line';
  return undefined;
}
