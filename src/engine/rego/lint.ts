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
  switch (code) {
    case 'rego_unsafe_builtin':
    case 'rego_unsupported_builtin':
      return (name === undefined ? undefined : INSTEAD[name]) ?? BUILT_INS;
    case 'rego_type_error':
      return typeFix(message);
    case 'rego_parse_error':
      return parseFix(message);
    case 'rego_unsafe_var_error':
      return 'a variable needs a value from the body of its rule: `some x in …`, `x := …`; a text stands in quotes';
    case 'rego_recursion_error':
      return 'no rule may depend on itself: take the call that leads back out of it';
    case 'rego_external_data':
      return 'a bundle is one file: put the list into the policy, or send it as policy context with the call';
    case 'rego_entry_is_function':
      return 'give the rule no parameters: `deny contains reason if { … }`';
    case 'rego_v0_syntax':
      return 'write `allow if { … }` and `deny contains reason if { … }`, or run `opa fmt --rego-v1`';
    case 'rego_v1_without_import':
      return 'add `import rego.v1` below the package line';
    default:
      return undefined;
  }
}

const BUILT_INS = 'see the list of built-ins in docs/policy-input.md';

function typeFix(message: string): string {
  if (message.startsWith('undefined function')) return BUILT_INS;
  if (/undefined ref: input\.action/.test(message))
    return 'input.action is the text "tool_call:<tool>"; name and arguments are input.tool.name and input.tool.args';
  if (message === 'match error')
    return 'the two sides have types that are never equal; the name of the tool is input.tool.name, the other members of input and their types are in docs/policy-input.md';
  return 'the members of input and their types are listed in docs/policy-input.md';
}

function parseFix(message: string): string {
  if (/\beof\b/i.test(message)) return 'something is opened and not closed: a brace, a bracket, a quote';
  if (/non-terminated string|illegal token/.test(message))
    return 'a text opens and closes with " on one line; over several lines it stands between backticks';
  if (message === 'package expected') return 'the first statement is `package <name>`';
  return 'the statement before the place marked may not be finished';
}
