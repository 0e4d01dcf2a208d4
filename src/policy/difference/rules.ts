import { parseDirectives } from '../../engine/directive/parse.js';
import type { Framework } from '../../engine/types.js';

/** A part of a policy that can be added, removed or changed on its own. */
interface Rule {
  readonly name: string;
  readonly effect: string;
  /** Without comments and with white space evened out: what stays equal when only the looks change. */
  readonly meaning: string;
}

export interface RuleChange {
  readonly rule: string;
  readonly change: 'added' | 'removed' | 'changed';
  /** What it does: ALLOW, BLOCK, …; for a changed rule as it is now. */
  readonly effect: string;
  /** What it did, when a change altered that. */
  readonly effect_before?: string;
}

/**
 * What changed in meaning: rules of two texts, matched by what they say and then by name. Reads the source alone, so
 * that it also tells about a text that does not compile.
 */
export function ruleChanges(framework: Framework, before: string, after: string): readonly RuleChange[] {
  const removed = rulesOf(framework, before);
  const added: Rule[] = [];
  for (const rule of rulesOf(framework, after)) {
    const same = removed.findIndex((each) => each.meaning === rule.meaning && each.effect === rule.effect);
    if (same === -1) added.push(rule);
    else removed.splice(same, 1);
  }
  const changes = added.map((rule): RuleChange => {
    const same = removed.findIndex((each) => each.name === rule.name);
    const [old] = same === -1 ? [] : removed.splice(same, 1);
    if (old === undefined) return { rule: rule.name, change: 'added', effect: rule.effect };
    return {
      rule: rule.name,
      change: 'changed',
      effect: rule.effect,
      ...(old.effect !== rule.effect && { effect_before: old.effect }),
    };
  });
  return [
    ...removed.map((rule): RuleChange => ({ rule: rule.name, change: 'removed', effect: rule.effect })),
    ...changes,
  ];
}

function rulesOf(framework: Framework, source: string): Rule[] {
  const directives = parseDirectives(framework, source).directives.map((directive): Rule => {
    const { line: _line, effect, ...conditions } = directive;
    const on = directive.actionPrefix ?? directive.purpose ?? directive.minSensitivity ?? 'every call';
    return { name: `thoth_rule ${on}`, effect, meaning: JSON.stringify([effect, conditions]) };
  });
  return [...directives, ...(framework === 'CEDAR' ? cedarRules(source) : regoRules(source))];
}

const STRINGS_AND_COMMENTS = {
  CEDAR: /"(?:[^"\\]|\\.)*"|\/\/[^\n]*/gu,
  OPA: /"(?:[^"\\\n]|\\.)*"|`[^`]*`|#[^\n]*/gu,
} as const;

function withoutComments(framework: Framework, source: string): string {
  const lead = framework === 'CEDAR' ? '//' : '#';
  return source.replace(STRINGS_AND_COMMENTS[framework], (part) => (part.startsWith(lead) ? '' : part));
}

/** Statements end with a semicolon outside strings. */
function cedarRules(source: string): Rule[] {
  const statements = withoutComments('CEDAR', source).match(/(?:"(?:[^"\\]|\\.)*"|[^";])+/gu) ?? [];
  return statements
    .map((statement) => statement.trim())
    .filter((statement) => statement !== '')
    .map((statement, index) => ({
      name: annotation(statement, 'id') ?? `policy${index}`,
      effect:
        annotation(statement, 'thoth_effect') ??
        (/^(?:@\w+(?:\s*\("(?:[^"\\]|\\.)*"\))?\s*)*permit\b/u.test(statement) ? 'ALLOW' : 'BLOCK'),
      meaning: evened(statement),
    }));
}

function annotation(statement: string, name: string): string | undefined {
  const value = new RegExp(`@${name}\\s*\\("((?:[^"\\\\]|\\\\.)*)"\\)`, 'u').exec(statement)?.[1];
  return value === '' ? undefined : value;
}

const EFFECTS: Readonly<Record<string, string>> = {
  allow: 'ALLOW',
  deny: 'BLOCK',
  step_up: 'STEP_UP',
  defer: 'DEFER',
  modify: 'MODIFY',
  flag: 'FLAG',
  waive: 'WAIVE',
};

/** A rule begins at the start of a line and goes on while lines are indented or close a bracket. */
function regoRules(source: string): Rule[] {
  const rules: Rule[] = [];
  const blocks: string[] = [];
  for (const line of withoutComments('OPA', source).split('\n')) {
    if (line.trim() === '') continue;
    if (blocks.length === 0 || /^[^\s})\]]/u.test(line)) blocks.push(line);
    else blocks.push(`${blocks.pop() ?? ''}\n${line}`);
  }
  for (const block of blocks) {
    const name = /^(?:default\s+)?[\w.]+(?:\s+[\w.]+)?/u.exec(block)?.[0] ?? block;
    const [head = ''] = /^(?:package|import|default)\s+[\w.]+|^[\w.]+/u.exec(name) ?? [];
    rules.push({
      name: head.replace(/\s+/gu, ' '),
      effect: EFFECTS[head] ?? '',
      meaning: evened(block),
    });
  }
  return rules;
}

/** Strings keep their white space; everywhere else it only separates. */
function evened(code: string): string {
  return code
    .replace(/("(?:[^"\\]|\\.)*"|`[^`]*`)|\s+/gu, (_part, text: string | undefined) => text ?? ' ')
    .trim();
}
