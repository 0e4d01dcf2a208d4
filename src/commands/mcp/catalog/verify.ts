import { ThothCommand } from '../../../cli/command.js';
import { Flags, repeatable } from '../../../cli/flags.js';
import { catalogView, defined, jsonObject, verifyCatalog } from '../../../journeys/mcp/index.js';
import type { Result } from '../../../output/port.js';

export default class McpCatalogVerify extends ThothCommand<typeof McpCatalogVerify> {
  static override summary = 'Show which of the tools the tenant knows a principal may call';
  static override examples = ['<%= config.bin %> mcp catalog verify --principal agent:ops --env prod'];
  static override flags = {
    principal: Flags.string({ description: 'agent or person, for example agent:ops' }),
    'human-role': Flags.string({ description: 'role of the person' }),
    'human-principal': Flags.string({ description: 'the person an agent works for' }),
    'human-group': repeatable({ description: 'group of the person, repeatable' }),
    'auth-context': Flags.string({
      description: 'further attributes, JSON or @file',
      helpValue: '<json|@file>',
    }),
    'auth-context-file': Flags.string({ description: 'file with the attributes', helpValue: '<file>' }),
    env: Flags.string({ description: 'environment, for example dev or prod', aliases: ['environment'] }),
  };

  async execute(): Promise<Result> {
    const { flags } = this;
    const seeds = defined({
      principal: flags.principal,
      human_role: flags['human-role'],
      human_principal: flags['human-principal'],
      human_groups: flags['human-group'],
      auth_context: await jsonObject('auth-context', flags['auth-context'], flags['auth-context-file']),
    });
    const catalog = await verifyCatalog(await this.api(), seeds, flags.env, this.signal);
    return { data: catalog, view: catalogView(catalog) };
  }
}
