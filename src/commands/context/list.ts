import { ThothCommand } from '../../cli/command.js';
import { contextDocument, credentialText } from '../../cli/context-view.js';
import { listContexts, systemPorts } from '../../context/index.js';
import type { Result } from '../../output/index.js';

export default class ContextList extends ThothCommand<typeof ContextList> {
  static override summary = 'List the saved contexts';

  protected override async execute(): Promise<Result> {
    const contexts = await listContexts(systemPorts());
    return {
      data: { contexts: contexts.map(contextDocument) },
      view: {
        kind: 'table',
        columns: [
          { key: 'mark', header: 'CURRENT' },
          { key: 'name', header: 'NAME', kind: 'id' },
          { key: 'tenant_id', header: 'TENANT', kind: 'id' },
          { key: 'govapi_url', header: 'CONTROL PLANE', kind: 'id' },
          { key: 'held', header: 'CREDENTIAL' },
        ],
        rows: contexts.map((context) => ({
          ...contextDocument(context),
          mark: context.current ? '*' : '',
          held: credentialText(context),
        })),
        empty:
          'No contexts yet. Sign in with `thothctl auth login`, or start a control plane with `thothctl server start`.',
      },
    };
  }
}
