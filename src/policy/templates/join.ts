import { byText, type GrantModel, type ToolUse, type ToolUses } from './model.js';
import type { Controls, Grants, Principals, Resources } from './schema.js';

type Grant = Grants['grants'][number];

/** Joins templates that fit together. */
export function joinTemplates(
  principals: Principals,
  resources: Resources,
  grants: Grants,
  morePacks: readonly string[],
): GrantModel {
  const grantsOf = (principal: string): Grant[] =>
    grants.grants.filter((grant) => grant.principal === principal);
  const tools = (principal: string): ToolUses => usesOf(grantsOf(principal), resources);
  const { purpose_sensitivity: readable } = resources;
  return {
    agents: (principals.agents ?? [])
      .map(({ name }) => ({
        name,
        tools: tools(`agent:${name}`),
        controls: strictest(grantsOf(`agent:${name}`)),
      }))
      .sort((a, b) => byText(a.name, b.name)),
    roles: (principals.human_roles ?? [])
      .map(({ name, google_group: group }) => ({ name, group, tools: tools(`role:${name}`) }))
      .sort((a, b) => byText(a.name, b.name)),
    packs: sortedSet([...(grants.packs ?? []), ...morePacks]),
    models: sortedSet(grants.grants.flatMap(({ models }) => (models ?? []).map(({ name }) => name))),
    readable: readable && readableBy(readable),
  };
}

function usesOf(grants: readonly Grant[], { resources }: Resources): ToolUses {
  const uses = new Map<string, Map<string, ToolUse>>();
  for (const { resources: granted = [], models = [] } of grants)
    for (const { name, ...grant } of [...granted, ...models]) {
      const resource = resources.find((each) => each.name === name);
      const allowed = 'allowed_purposes' in grant ? grant.allowed_purposes : undefined;
      const use: ToolUse = {
        resource: name,
        purposes: allowed && sortedSet(allowed.map((purpose) => purpose.toLowerCase())),
        classification: resource?.default_classification,
      };
      for (const tool of resource?.allowed_tools ?? []) {
        const known = uses.get(tool) ?? new Map<string, ToolUse>();
        uses.set(tool, known.set(JSON.stringify(use), use));
      }
    }
  return new Map(
    [...uses]
      .sort(([a], [b]) => byText(a, b))
      .map(([tool, known]) => [tool, [...known].sort(([a], [b]) => byText(a, b)).map(([, use]) => use)]),
  );
}

const STRICTER = {
  mismatch_boost: Math.max,
  delegation_boost: Math.max,
  // A lower floor believes more signals, a lower threshold holds more calls.
  trust_floor: Math.min,
  critical_threshold: Math.min,
} as const;

function strictest(grants: readonly Grant[]): Controls {
  const all = grants.flatMap(({ resources }) =>
    (resources ?? []).flatMap(({ behavioral_controls: controls }) => controls ?? []),
  );
  const found: Controls = {};
  for (const name of ['mismatch_boost', 'delegation_boost', 'trust_floor', 'critical_threshold'] as const) {
    const given = all.flatMap((controls) => controls[name] ?? []);
    if (given.length > 0) found[name] = STRICTER[name](...given);
  }
  return found;
}

function readableBy(given: NonNullable<Resources['purpose_sensitivity']>): ReadonlyMap<string, string[]> {
  return new Map(
    Object.entries(given)
      .map(([purpose, labels]): [string, string[]] => [purpose.toLowerCase(), sortedSet(labels)])
      .sort(([a], [b]) => byText(a, b)),
  );
}

function sortedSet(texts: readonly string[]): string[] {
  return [...new Set(texts)].sort(byText);
}
