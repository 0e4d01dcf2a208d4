import { nearest } from '../../errors/nearest.js';

/** What each kind of provider reads of its configuration, as the contract documents it. */
const CONFIG_MEMBERS = {
  jamf: ['base_url', 'client_id', 'client_secret', 'token_url'],
  intune: ['azure_tenant_id', 'client_id', 'client_secret', 'base_url', 'authority'],
  workspace_one: [
    'base_url',
    'tenant_code',
    'client_id',
    'client_secret',
    'token_url',
    'username',
    'password',
  ],
  kandji: ['api_url', 'api_token'],
  custom: ['endpoint', 'api_token'],
} as const;

/**
 * What to warn of in a configuration. The contract takes any member, so a misspelt one is kept and the sync fails for
 * want of the right one. Values are secrets: only names are told.
 */
export function strayMembers(provider: keyof typeof CONFIG_MEMBERS, config: object): readonly string[] {
  const known: readonly string[] = CONFIG_MEMBERS[provider];
  return Object.keys(config)
    .filter((member) => !known.includes(member))
    .map((member) => {
      const meant = nearest(member, known);
      const instead =
        meant === undefined || Object.hasOwn(config, meant)
          ? `it reads ${known.join(', ')}`
          : `did you mean ${meant}?`;
      return `nothing reads ${JSON.stringify(member)} of a ${provider} configuration; ${instead}`;
    });
}
