import { setFlagsFromString } from 'node:v8';
import { describe, expect, test } from 'vitest';
import { lintPolicy } from '../../src/engine/index.js';
import type { Framework } from '../../src/engine/types.js';
import { CEDAR_DLP, REGO_ANALYST } from './fixtures.js';

// As a one-shot command does: optimising the compiler costs more than running it a few dozen times.
setFlagsFromString('--wasm-tiering-budget=1000000000');

async function codes(framework: Framework, source: string): Promise<string[]> {
  const found = await lintPolicy(framework, source);
  for (const each of found) expect(each.fix, `${each.code}: ${each.message}`).toMatch(/\w{2}/u);
  return found.map((each) => `${each.severity} ${each.code} ${each.line}:${each.column}`);
}

const REGO_HEAD = 'package p\nimport rego.v1\n';
const TOUCHES_ALL = 'input.principal.id; input.action; input.context.purpose';

describe('Rego', () => {
  test('a sound module has no findings, apart from a directive its rules do not follow', async () => {
    expect(await codes('OPA', REGO_ANALYST)).toEqual(['warning directive_disagrees 5:1']);
    expect(await codes('OPA', REGO_ANALYST.replace(/^# thoth_rule.*$/m, ''))).toEqual([]);
  });

  test.each<[string, string, string[]]>([
    ['syntax', `${REGO_HEAD}allow if {{\n`, ['error rego_parse_error 4:1']],
    [
      'open text',
      `${REGO_HEAD}deny if input.action == "x`,
      ['error rego_parse_error 3:25', 'error rego_parse_error 3:25'],
    ],
    ['unknown function', `${REGO_HEAD}deny if { ${TOUCHES_ALL}; fetch(1) }`, ['error rego_type_error 3:68']],
    [
      'rule that needs itself',
      `${REGO_HEAD}deny if { ${TOUCHES_ALL}; deny }`,
      ['error rego_recursion_error 3:1'],
    ],
    ['not Rego at all', 'hello', ['error rego_parse_error 1:1']],
    ['empty', '', ['error rego_parse_error 1:1']],
    ['unsafe variable', `${REGO_HEAD}deny if { ${TOUCHES_ALL}; x }`, ['error rego_unsafe_var_error 3:68']],
    ['unknown member', `${REGO_HEAD}deny if input.context.purpos == "x"`, ['error rego_type_error 3:9']],
    ['action as object', `${REGO_HEAD}deny if input.action.name == "x"`, ['error rego_type_error 3:9']],
    ['preflight', `${REGO_HEAD}deny if input.action == "x"`, ['error preflight_input 1:1']],
    ['no decision rule', `${REGO_HEAD}block if { ${TOUCHES_ALL} }`, ['error preflight_no_rule 1:1']],
    [
      'external data',
      `${REGO_HEAD}deny if { ${TOUCHES_ALL}; data.lists.bad }`,
      ['error rego_external_data 3:68'],
    ],
    ['function', `${REGO_HEAD}deny(x) if { ${TOUCHES_ALL}; x }`, ['error rego_entry_is_function 3:1']],
    [
      'directive',
      `${REGO_HEAD}# thoth_rule effect=MAYBE reason=x\ndeny if { ${TOUCHES_ALL} }`,
      ['error directive_effect 3:14'],
    ],
    ['v0', `package p\ndeny { ${TOUCHES_ALL} }`, ['warning rego_v0_syntax 1:1']],
    ['if without import', `package p\ndeny if { ${TOUCHES_ALL} }`, ['warning rego_v1_without_import 2:1']],
  ])('%s', async (_name, source, expected) => {
    expect(await codes('OPA', source)).toEqual(expected);
  });

  test.each([
    ['http.send', 'http.send({"method": "get", "url": "http://x"})', 'rego_unsafe_builtin'],
    ['time.now_ns', 'time.now_ns() > 1', 'rego_unsafe_builtin'],
    ['rand.intn', 'rand.intn("a", 3) == 1', 'rego_unsafe_builtin'],
    ['uuid.rfc4122', 'uuid.rfc4122("a") == "b"', 'rego_unsafe_builtin'],
    ['opa.runtime', 'opa.runtime().env.HOME', 'rego_unsafe_builtin'],
    ['net.lookup_ip_addr', 'net.lookup_ip_addr("x")', 'rego_unsafe_builtin'],
    ['io.jwt.decode', 'io.jwt.decode("x")', 'rego_unsupported_builtin'],
  ])('refuses %s by name', async (name, expression, code) => {
    const found = await lintPolicy('OPA', `${REGO_HEAD}deny if { ${TOUCHES_ALL}\n  ${expression}\n}`);
    const refusal = found.find((each) => each.code === code);
    expect(refusal).toMatchObject({ severity: 'error', line: 4 });
    expect(refusal?.message).toContain(name);
  });
});

describe('Cedar', () => {
  test('a sound file has no findings, apart from a directive its policies do not follow', async () => {
    expect(await codes('CEDAR', CEDAR_DLP)).toEqual(['warning directive_disagrees 1:1']);
    expect(await codes('CEDAR', CEDAR_DLP.replace(/^.*thoth_rule.*$/m, ''))).toEqual([]);
  });

  const forbid = (condition: string): string => `forbid (principal, action, resource) when { ${condition} };`;
  test.each<[string, string, string[]]>([
    ['syntax', 'permit (principal, action, resource) when {', ['error cedar_parse_error 1:44']],
    [
      'decimal literal after an umlaut',
      `// ä\n${forbid('context.behavioral_score >= 0.8')}`,
      ['error cedar_decimal_literal 2:75'],
    ],
    ['empty', '// nothing\n', ['error preflight_no_policy 1:1']],
    ['misspelt attribute', forbid('context.purpos == "x"'), ['error cedar_schema_error 1:45']],
    ['type', forbid('context.purpose > 3'), ['error cedar_schema_error 1:45']],
    [
      'unknown entity',
      'permit (principal == Agent::"x", action, resource);',
      ['error cedar_schema_error 1:22'],
    ],
    ['unguarded argument', forbid('context.args.amount > 3'), ['warning cedar_unguarded_attribute 1:45']],
    ['guarded argument', forbid('context.args has amount && context.args.amount > 3'), []],
    ['template', 'permit (principal == ?principal, action, resource);', ['error cedar_template 1:1']],
    ['unknown effect', `@thoth_effect("ASK")\n${forbid('true')}`, ['error cedar_annotation_error 1:1']],
    [
      'effect on a permit',
      '@thoth_effect("DEFER") permit (principal, action, resource);',
      ['error cedar_annotation_error 1:1'],
    ],
    [
      'MODIFY without arguments',
      `@thoth_effect("MODIFY") ${forbid('true')}`,
      ['error cedar_annotation_error 1:1'],
    ],
    [
      'directive',
      `// thoth_rule effect=BLOCK min_behavioral_score=2 reason=x\n${forbid('true')}`,
      ['error directive_score 1:28'],
    ],
  ])('%s', async (_name, source, expected) => {
    expect(await codes('CEDAR', source)).toEqual(expected);
  });

  test('remedies speak of the policy at hand', async () => {
    const fix = async (source: string) => (await lintPolicy('CEDAR', source))[0]?.fix;
    expect(await fix(forbid('context.args.payment.amount > 3'))).toBe(
      'guard it: context.args has payment && …',
    );
    expect(await fix(forbid('context.behavioral_score >= 0.7'))).toMatch(
      /^write context\.behavioral_score\.greaterThanOrEqual\(decimal\("0\.7"\)\)/u,
    );
    expect(await fix(forbid('context.amount > 3'))).toContain('context.args');
  });

  test('a forbid of the action group itself is refused, since it could never hold', async () => {
    const found = await codes('CEDAR', 'forbid (principal, action == Thoth::Action::"tool_call", resource);');
    expect(new Set(found)).toEqual(new Set(['error cedar_never_holds 1:1']));
  });

  test('control characters never reach an excerpt', async () => {
    const [found] = await lintPolicy('CEDAR', 'permit (\u001b[31m principal');
    expect(found?.excerpt).not.toContain('\u001b');
    expect(found?.message).not.toContain('\u001b');
  });
});
