import { bareTool } from './tool-name.js';
import type { ActionClass, DecisionWord, EngineRequest, SessionFacts, TenantSnapshot } from './types.js';

export interface ScopeFinding {
  readonly inScope: boolean;
  /** Where the scope came from: the caller, the agent's scope on the server, or nowhere. */
  readonly origin: 'caller' | 'server' | 'none';
}

/** Permission words that appear in scopes of endpoints next to tools; no tool unless a call asks for that very name. */
const PERMISSION =
  /^(?:endpoint|fleet|tenant|policy|evidence|approvals|governance|browser|mdm|api-keys):[a-z_-]+$/;

/** Exact and case-sensitive. An empty caller scope falls back to the scope registered for the agent. */
export function checkScope(request: EngineRequest, snapshot: TenantSnapshot): ScopeFinding {
  const caller = meaningful(request.approvedScope, request.toolName);
  if (caller.length > 0) return { inScope: covers(caller, request.toolName), origin: 'caller' };
  const server = meaningful(snapshot.agentScopes.get(request.agentId) ?? [], request.toolName);
  if (server.length > 0) return { inScope: covers(server, request.toolName), origin: 'server' };
  return { inScope: false, origin: 'none' };
}

function meaningful(entries: readonly string[], toolName: string): readonly string[] {
  return entries.filter(
    (entry) => entry.trim() !== '' && (bareTool(entry) === toolName || !PERMISSION.test(entry)),
  );
}

function covers(entries: readonly string[], toolName: string): boolean {
  return entries.some((entry) => entry === toolName || bareTool(entry) === toolName);
}

/**
 * What the mode makes of a call out of scope. Progressive refuses consequential actions at once and gives a
 * harmless one a single step-up per session before it refuses.
 */
export function outOfScopeDecision(
  request: EngineRequest,
  actionClass: ActionClass,
  session: SessionFacts,
): DecisionWord {
  if (request.mode === 'step_up') return 'STEP_UP';
  if (request.mode === 'progressive' && actionClass === 'read' && session.violations === 0) return 'STEP_UP';
  return 'BLOCK';
}

/** Says why, and where the server's scope decides, the command that adds to it: following it for two tools allows both. */
export function outOfScopeReason(request: EngineRequest, origin: ScopeFinding['origin']): string {
  const { agentId, toolName } = request;
  if (origin === 'caller') return `${toolName} is not in the approved scope of this session`;
  const command = `thothctl agents scope set ${shellWord(agentId)} --add ${shellWord(toolName)}`;
  return origin === 'server'
    ? `${toolName} is not in the scope of agent ${agentId}; to allow it: ${command}`
    : `no scope is set for agent ${agentId}, so every tool is out of scope; to allow this one: ${command}`;
}

/** Names come from callers: what is printed as a command must stay one word in a shell. */
function shellWord(text: string): string {
  return /^[\w.:@/-]+$/.test(text) && !text.startsWith('-') ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
