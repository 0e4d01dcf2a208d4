import { ThothctlError, usageError } from '../../errors/index.js';
import type { GovApi } from '../../govapi/client.js';
import { bodyFile } from '../json-object/index.js';

export interface ScopeEdit {
  readonly replace: readonly string[];
  readonly add: readonly string[];
  readonly remove: readonly string[];
  readonly none: boolean;
  /** JSON file with `approved_scope`, the whole new scope. */
  readonly file?: string | undefined;
}

type AgentApi = Pick<GovApi, 'call' | 'tenantId'>;

/**
 * Replaces or edits the approved scope of an agent.
 * @throws ThothctlError `usage` unless exactly one of replacing, editing, emptying and a file is asked for.
 */
export async function setAgentScope(
  api: AgentApi,
  agentId: string,
  edit: ScopeEdit,
  options: { readonly dryRun: boolean; readonly signal?: AbortSignal },
): Promise<object> {
  const approved = await wantedScope(api, agentId, edit, options.signal);
  if (options.dryRun) {
    return { dry_run: true, tenant_id: api.tenantId, agent_id: agentId, approved_scope: approved };
  }
  return api.call(
    'setAgentScope',
    { path: { agentId }, body: { approved_scope: approved } },
    { signal: options.signal },
  );
}

async function wantedScope(
  api: AgentApi,
  agentId: string,
  edit: ScopeEdit,
  signal: AbortSignal | undefined,
): Promise<string[]> {
  const replace = clean(edit.replace);
  const edits = edit.add.length + edit.remove.length > 0;
  if ([replace.length > 0, edits, edit.none, edit.file !== undefined].filter(Boolean).length !== 1) {
    throw usageError(
      'say what the scope should be: tools, or --add and --remove, or --none, or --file',
      `write for example \`thothctl agents scope set ${agentId} read_file,list_directory\``,
    );
  }
  if (edit.file !== undefined)
    return clean((await bodyFile('setAgentScope', '--file', edit.file)).approved_scope);
  if (!edits) return replace;
  const present = new Set(await presentScope(api, agentId, signal));
  for (const tool of clean(edit.add)) present.add(tool);
  for (const tool of clean(edit.remove)) present.delete(tool);
  return [...present];
}

/** An agent nobody registered has no scope yet; adding to it starts one. */
async function presentScope(
  api: AgentApi,
  agentId: string,
  signal: AbortSignal | undefined,
): Promise<readonly string[]> {
  try {
    return (await api.call('getAgentScope', { path: { agentId } }, { signal })).approved_scope;
  } catch (cause) {
    if (cause instanceof ThothctlError && cause.exit === 'notFound') return [];
    throw cause;
  }
}

function clean(tools: readonly string[]): string[] {
  return [...new Set(tools.map((tool) => tool.trim()).filter((tool) => tool !== ''))];
}
