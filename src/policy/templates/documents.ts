import { FileNames } from '../pull/file-names.js';
import type { AgentGrant, GrantModel } from './model.js';
import { agentPolicy, rolePolicy } from './rego.js';

const SCHEMAS = 'https://thothctl.dev/schema';
const MADE = '# Compiled by `thothctl policy templates compile`. Do not edit.\n';

interface CompiledBundle {
  readonly name: string;
  readonly file: string;
  readonly text: string;
  readonly assignments: readonly string[];
  readonly description: string;
}

/**
 * Every file of a compiled directory, by path, in order: the tenant file with scopes, packs and bundles; the same bundles
 * as a policy directory; per agent the body of `agents scope set` and of `packs apply`.
 */
export async function compiledFiles(model: GrantModel): Promise<ReadonlyMap<string, string>> {
  const { stringify } = await import('yaml');
  const yaml = (schema: string, value: unknown): string =>
    `# yaml-language-server: $schema=${SCHEMAS}/${schema}\n${MADE}${stringify(value, { lineWidth: 0 })}`;
  const names = new FileNames([]);
  const agents = model.agents.map((agent) => {
    const name = `grants-agent-${agent.name}`;
    const file = names.fileFor(name, 'OPA');
    return { agent, name, file, stem: file.replace(/\.rego$/u, '').replace(/^grants-agent-/u, '') };
  });
  const bundles: CompiledBundle[] = agents.map(({ agent, name, file }) => ({
    name,
    file,
    text: agentPolicy(agent, model.readable),
    assignments: [`agent:${agent.name}`],
    description: `what agent ${agent.name} was granted`,
  }));
  if (model.roles.length > 0)
    bundles.push({
      name: 'grants-roles',
      file: names.fileFor('grants-roles', 'OPA'),
      text: rolePolicy(model.roles, model.readable),
      assignments: ['all'],
      description: 'what people of a role were granted',
    });
  const files = new Map([
    ['thoth.tenant.yaml', yaml('thoth.tenant.schema.json', tenantFile(model, bundles))],
    ['policies/thoth.policy.yaml', yaml('thoth.policy.schema.json', manifest(bundles))],
    ...bundles.map(({ file, text }): [string, string] => [`policies/${file}`, text]),
    ...agents.map(({ agent, stem }): [string, string] => [`scopes/${stem}.json`, json(scopeOf(agent))]),
    ...(model.packs.length === 0
      ? []
      : agents.map(({ agent, stem }): [string, string] => [
          `packs/${stem}.json`,
          json(packDocument(agent, model.packs)),
        ])),
  ]);
  return new Map([...files].sort(([a], [b]) => (a < b ? -1 : 1)));
}

function tenantFile({ agents, packs, models }: GrantModel, bundles: readonly CompiledBundle[]): object {
  return {
    version: 1,
    ...(models.length > 0 && { settings: { model_router: { allowed_models: models } } }),
    agents: Object.fromEntries(agents.map((agent) => [agent.name, scopeOf(agent)])),
    policy_bundles: Object.fromEntries(
      bundles.map(({ name, file, assignments, description }) => [
        name,
        { file: `policies/${file}`, assignments, description },
      ]),
    ),
    ...(packs.length > 0 && {
      packs: Object.fromEntries(
        agents.map((agent) => [agent.name, Object.fromEntries(packs.map((id) => [id, overridesOf(agent)]))]),
      ),
    }),
  };
}

function manifest(bundles: readonly CompiledBundle[]): object {
  return {
    version: 1,
    bundles: bundles.map(({ file, name, assignments, description }) => ({
      file,
      name,
      assignments,
      description,
    })),
  };
}

function scopeOf({ tools }: AgentGrant): { readonly approved_scope: readonly string[] } {
  return { approved_scope: [...tools.keys()] };
}

function packDocument(agent: AgentGrant, packs: readonly string[]): object {
  const { overrides } = overridesOf(agent);
  return {
    pack_ids: packs,
    agent_ids: [agent.name],
    ...(overrides !== undefined && {
      overrides_by_pack: Object.fromEntries(packs.map((id) => [id, overrides])),
    }),
  };
}

function overridesOf({ controls }: AgentGrant): { readonly overrides?: object } {
  return Object.keys(controls).length === 0 ? {} : { overrides: { behavioral_controls: controls } };
}

function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
