import { packOf } from '../../engine/packs/catalogue/index.js';
import type { DocumentPath, PlacedDocument } from '../document.js';
import type { Templates } from './read.js';
import type { Grants, Resource, Resources } from './schema.js';

/** Adds what does not fit together to the faults of the file it stands in. A file with a fault of form is not held against the others. */
export function checkTemplates({ principals, resources, grants }: Templates, packs: readonly string[]): void {
  reportTwice(principals.document, 'agents', principals.value?.agents);
  reportTwice(principals.document, 'human_roles', principals.value?.human_roles);
  reportTwice(resources.document, 'resources', resources.value?.resources);
  if (principals.value !== undefined && !principals.value.agents && !principals.value.human_roles)
    principals.document.fault([], 'template_nobody', 'neither `agents` nor `human_roles` names anybody');
  if (resources.value !== undefined) checkTools(resources.document, resources.value);
  if (grants.value === undefined) return;
  if (principals.value !== undefined) {
    const names = [
      ...(principals.value.agents ?? []).map(({ name }) => `agent:${name}`),
      ...(principals.value.human_roles ?? []).map(({ name }) => `role:${name}`),
    ];
    checkPrincipals(grants.document, grants.value, names);
    checkGranted(principals.document, principals.value, grants.value);
  }
  if (resources.value !== undefined) checkResources(grants.document, grants.value, resources.value);
  checkPacks(grants.document, grants.value, packs);
}

function reportTwice(
  document: PlacedDocument,
  section: string,
  entries: readonly { readonly name: string }[] | undefined,
): void {
  const seen = new Set<string>();
  for (const [index, { name }] of (entries ?? []).entries()) {
    if (seen.has(name))
      document.fault([section, index, 'name'], 'template_name_twice', `\`${name}\` is already in this file`);
    seen.add(name);
  }
}

function checkTools(document: PlacedDocument, { resources }: Resources): void {
  for (const [index, { name, category, allowed_tools: tools }] of resources.entries()) {
    if (tools === undefined && category !== 'model')
      document.fault(
        ['resources', index],
        'template_no_tools',
        `no tool reaches \`${name}\``,
        'list its tools as allowed_tools',
      );
    for (const [at, tool] of (tools ?? []).entries())
      if (/[\s*,]/u.test(tool))
        document.fault(
          ['resources', index, 'allowed_tools', at],
          'template_tool_name',
          `\`${tool}\` is no exact tool name; scopes know no patterns`,
          'list each tool by its name',
        );
  }
}

function checkPrincipals(document: PlacedDocument, { grants }: Grants, known: readonly string[]): void {
  for (const [index, { principal }] of grants.entries()) {
    const at = ['grants', index, 'principal'];
    if (!/^(?:agent|role):./u.test(principal))
      document.fault(
        at,
        'template_principal',
        `\`${principal}\` is no principal`,
        'write agent:<name> or role:<name>',
      );
    else if (!known.includes(principal))
      document.fault(
        at,
        'template_unknown',
        `principals.yaml does not name \`${principal}\``,
        known.length > 0 ? `it names ${known.join(', ')}` : undefined,
      );
  }
}

/** Somebody without a grant may do nothing, which is worth a word when it was not meant. */
function checkGranted(
  document: PlacedDocument,
  { agents, human_roles: roles }: NonNullable<Templates['principals']['value']>,
  { grants }: Grants,
): void {
  const granted = new Set(grants.map(({ principal }) => principal));
  for (const [section, kind, entries] of [
    ['agents', 'agent', agents ?? []],
    ['human_roles', 'role', roles ?? []],
  ] as const)
    for (const [index, { name }] of entries.entries())
      if (!granted.has(`${kind}:${name}`))
        document.warn(
          [section, index, 'name'],
          'template_no_grant',
          kind === 'agent'
            ? `no grant is made to ${name}: it may call no tool`
            : `no grant is made to ${name}: for people of this role alone agents may call no tool`,
        );
}

function checkResources(document: PlacedDocument, { grants }: Grants, declared: Resources): void {
  const byName = new Map(declared.resources.map((each) => [each.name, each]));
  const purposes = declared.purpose_sensitivity && Object.keys(declared.purpose_sensitivity).map(lower);
  for (const [index, grant] of grants.entries()) {
    const role = grant.principal.startsWith('role:');
    for (const [at, { name, allowed_purposes: allowed, behavioral_controls: controls }] of (
      grant.resources ?? []
    ).entries()) {
      const path = ['grants', index, 'resources', at];
      const resource = byName.get(name);
      if (resource === undefined) unknownResource(document, path, name, [...byName.keys()]);
      else checkReadable(document, path, resource, allowed, declared);
      for (const [place, purpose] of (allowed ?? []).entries())
        if (purposes !== undefined && !purposes.includes(lower(purpose)))
          document.fault(
            [...path, 'allowed_purposes', place],
            'template_unknown',
            `resources.yaml does not say what \`${purpose}\` may read`,
            `purpose_sensitivity has ${purposes.join(', ')}`,
          );
      if (role && controls !== undefined)
        document.warn(
          [...path, 'behavioral_controls'],
          'template_not_enforced',
          'packs are assigned to agents, so the controls of a role have no effect',
          'give them in the grants of agents',
        );
    }
    for (const [at, { name, token_budget_daily: budget }] of (grant.models ?? []).entries()) {
      const path = ['grants', index, 'models', at];
      const models = declared.resources.filter(({ category }) => category === 'model');
      if (!models.some((each) => each.name === name))
        unknownResource(
          document,
          path,
          name,
          models.map((each) => each.name),
          ' of the category model',
        );
      if (budget !== undefined)
        document.warn(
          [...path, 'token_budget_daily'],
          'template_not_enforced',
          'the control plane has no token budgets, so this one is not enforced',
          'watch the spend with `thothctl reports cost`',
        );
    }
  }
}

function unknownResource(
  document: PlacedDocument,
  path: DocumentPath,
  name: string,
  known: readonly string[],
  kind = '',
): void {
  document.fault(
    [...path, 'name'],
    'template_unknown',
    `resources.yaml has no resource \`${name}\`${kind}`,
    known.length > 0 ? `it has ${known.join(', ')}` : undefined,
  );
}

/** A grant whose every purpose is shut out of what the resource holds by default. */
function checkReadable(
  document: PlacedDocument,
  path: DocumentPath,
  { default_classification: label }: Resource,
  allowed: readonly string[] | undefined,
  { purpose_sensitivity: readable }: Resources,
): void {
  if (label === undefined || allowed === undefined || readable === undefined) return;
  const reads = Object.entries(readable).some(
    ([purpose, labels]) => allowed.map(lower).includes(lower(purpose)) && labels.includes(label),
  );
  if (!reads)
    document.warn(
      [...path, 'allowed_purposes'],
      'template_never_allowed',
      `none of these purposes may read ${label} data, which a call that declares nothing is taken to use`,
      'allow another purpose, or change purpose_sensitivity or default_classification',
    );
}

function checkPacks(document: PlacedDocument, { packs, grants }: Grants, more: readonly string[]): void {
  for (const [index, id] of (packs ?? []).entries())
    if (packOf(id) === undefined)
      document.warn(['packs', index], 'template_unknown_pack', `this release knows no pack \`${id}\``);
  if (packs !== undefined || more.length > 0) return;
  for (const [index, { principal, resources }] of grants.entries())
    for (const [at, { behavioral_controls: controls }] of (resources ?? []).entries())
      if (controls !== undefined && principal.startsWith('agent:'))
        document.fault(
          ['grants', index, 'resources', at, 'behavioral_controls'],
          'template_no_pack',
          'no pack is named that could take the controls',
          'name it at the top of the file, for example packs: [soc2-type2], or with --pack',
        );
}

function lower(text: string): string {
  return text.toLowerCase();
}
