import type { AgentGrant, GrantModel, RoleGrant, ToolUses } from './model.js';

const HEAD = `# Compiled from principals.yaml, resources.yaml and grants.yaml by \`thothctl policy templates compile\`. Do not edit.
package thoth.grants

import rego.v1
`;

/** What an agent was granted. It refuses only: what it grants is still subject to every other rule. */
export function agentPolicy({ tools }: AgentGrant, readable: GrantModel['readable']): string {
  return module(
    readable,
    [
      `grants := ${grantsText(tools, 0)}`,
      'uses := object.get(grants, input.tool.name, [])',
      'holder := sprintf("agent %s", [input.principal.id])',
    ],
    [],
  );
}

/** What people of a role were granted. A call that names several roles has the grants of all of them. */
export function rolePolicy(roles: readonly RoleGrant[], readable: GrantModel['readable']): string {
  const entries = roles.map(
    ({ name, group, tools }) =>
      `\t${quoted(name)}: {\n\t\t"groups": [${group === undefined ? '' : quoted(group)}],\n\t\t"grants": ${grantsText(tools, 2)},\n\t},`,
  );
  return module(
    readable,
    [
      `roles := {\n${entries.join('\n')}\n}`,
      'held contains name if {\n\tsome name, _ in roles\n\tname == input.principal.identity.human_role\n}',
      'held contains name if {\n\tsome name, role in roles\n\tsome group in role.groups\n\tgroup in input.principal.identity.human_groups\n}',
      'uses := [use | some name in held; some use in object.get(roles[name].grants, input.tool.name, [])]',
      'holder := sprintf("the role %s", [concat(", ", held)])',
    ],
    ['count(held) > 0'],
  );
}

/** `limits` is when the grants count at all. */
function module(
  readable: GrantModel['readable'],
  particular: readonly string[],
  limits: readonly string[],
): string {
  const rules = [
    ...particular,
    'purpose := lower(input.context.purpose)',
    'for_purpose(use) if not use.purposes',
    'for_purpose(use) if purpose in use.purposes',
    'suiting := [use | some use in uses; for_purpose(use)]',
    refusal('not-granted', 'tool_not_granted', '%s is not granted to %s', '[input.action, holder]', [
      ...limits,
      'count(uses) == 0',
    ]),
    refusal(
      'purpose',
      'purpose_not_granted',
      '%s is not granted to %s for the purpose \\"%s\\"',
      '[input.action, holder, purpose]',
      [...limits, 'count(uses) > 0', 'count(suiting) == 0'],
    ),
    ...(readable === undefined ? [] : readingRules(readable, limits)),
  ];
  return `${HEAD}\n${rules.join('\n\n')}\n`;
}

function readingRules(readable: ReadonlyMap<string, readonly string[]>, limits: readonly string[]): string[] {
  const entries = [...readable].map(
    ([purpose, labels]) => `\t${quoted(purpose)}: [${labels.map(quoted).join(', ')}],`,
  );
  return [
    `purpose_sensitivity := {\n${entries.join('\n')}\n}`,
    'readable := object.get(purpose_sensitivity, purpose, ["public"])',
    'label(use) := input.context.sensitivity_label if input.context.sensitivity_label != ""',
    'label(use) := object.get(use, "classification", "public") if input.context.sensitivity_label == ""',
    'reading := [use | some use in suiting; label(use) in readable]',
    refusal(
      'classification',
      'classification_not_readable',
      'the purpose \\"%s\\" may not read the data of %s',
      '[purpose, input.action]',
      [...limits, 'count(suiting) > 0', 'count(reading) == 0'],
    ),
  ];
}

function refusal(id: string, code: string, reason: string, values: string, when: readonly string[]): string {
  const object = `{"id": "${id}", "code": "${code}", "reason": sprintf("${reason}", ${values})}`;
  return `deny contains ${object} if {\n${when.map((line) => `\t${line}`).join('\n')}\n}`;
}

function grantsText(tools: ToolUses, depth: number): string {
  if (tools.size === 0) return '{}';
  const indent = '\t'.repeat(depth);
  const entries = [...tools].map(
    ([tool, uses]) => `${indent}\t${quoted(tool)}: [${uses.map(useText).join(', ')}],`,
  );
  return `{\n${entries.join('\n')}\n${indent}}`;
}

function useText({
  resource,
  purposes,
  classification,
}: {
  readonly resource: string;
  readonly purposes: readonly string[] | undefined;
  readonly classification: string | undefined;
}): string {
  const members = [
    `"resource": ${quoted(resource)}`,
    ...(purposes === undefined ? [] : [`"purposes": [${purposes.map(quoted).join(', ')}]`]),
    ...(classification === undefined ? [] : [`"classification": ${quoted(classification)}`]),
  ];
  return `{${members.join(', ')}}`;
}

/** A text of Rego is a text of JSON. */
function quoted(text: string): string {
  return JSON.stringify(text);
}
