import { bareTool } from './tool-name.js';
import type { EngineRequest, TenantSnapshot } from './types.js';

/**
 * True when the tenant declared the session's intent and the tool is not among its tools. An intent the
 * tenant never declared restricts nothing: a caller that names none is not restricted either.
 */
export function outsideIntent(request: EngineRequest, snapshot: TenantSnapshot): boolean {
  if (request.sessionIntent === undefined) return false;
  const tools = snapshot.intents.get(request.sessionIntent);
  return (
    tools !== undefined &&
    !tools.some((entry) => entry === request.toolName || bareTool(entry) === request.toolName)
  );
}
