import { fail, isNode, node, text, type Contract } from './document.js';

/** What each kind of MDM provider reads of its configuration, which clients and server hold members against. */
export function emitMdmConfig(contract: Contract): string {
  const schema = (name: string) => node(contract.schemas.get(name), name);
  const byProvider = node(
    schema('MdmProviderConfig')['x-config-by-provider'],
    'MdmProviderConfig x-config-by-provider',
  );
  const entries = Object.entries(byProvider).map(([provider, name]) => {
    const members = node(schema(text(name, provider))['properties'], `${provider} properties`);
    const named = (writeOnly: boolean): string[] =>
      Object.keys(members).filter((member) => isWriteOnly(members[member], member) === writeOnly);
    return `  ${provider}: ${JSON.stringify({ shown: named(false), writeOnly: named(true) })},`;
  });
  return `import type { MdmProviderSlug } from './types.js';

interface ConfigMembers {
  /** Members that replies may show. */
  readonly shown: readonly string[];
  /** Secrets, which no reply shows. */
  readonly writeOnly: readonly string[];
}

export const mdmConfigMembers: Readonly<Record<MdmProviderSlug, ConfigMembers>> = {
${entries.join('\n')}
};

/** What replies may show of a configuration, whoever provides it. */
export const shownMdmMembers: ReadonlySet<string> = new Set(
  Object.values(mdmConfigMembers).flatMap(({ shown }) => shown),
);
`;
}

function isWriteOnly(member: unknown, name: string): boolean {
  return isNode(member) ? member['writeOnly'] === true : fail(`${name} is not an object`);
}
