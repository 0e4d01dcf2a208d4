import type { ThothConfig } from '../../config/options.js';
import { createSession } from '../../instrument.js';
import { isJsonObject } from '../../vocabulary.js';
import { AgentCalls } from './calls.js';
import { afterTool, beforeTool, callersMatchers, checked } from './hooks.js';
import { callersOwn, governedPermission } from './permission.js';

/**
 * Governs every tool of a Claude agent, built-in, MCP and of subagents alike. Changes the `options` of the agent
 * SDK's `query()` in place and returns them: `canUseTool` answers by policy and then asks the caller's own; hooks
 * check calls that need no permission and report how calls ended. Governing options again replaces the session.
 * Throws `ThothConfigError` when the configuration is incomplete.
 */
export function instrumentClaudeAgent<Options extends object>(
  options: Options,
  config: ThothConfig = {},
): Options {
  const model: unknown = Reflect.get(options, 'model');
  const session = createSession(config, [], typeof model === 'string' ? { model_name: model } : {});
  const calls = new AgentCalls(session);
  const own = callersOwn(Reflect.get(options, 'canUseTool'));
  const given: unknown = Reflect.get(options, 'hooks');
  const hooks = isJsonObject(given) ? given : {};
  return Object.assign(options, {
    canUseTool: governedPermission(calls, own),
    hooks: {
      ...hooks,
      PreToolUse: [
        beforeTool(calls, own),
        ...callersMatchers(hooks['PreToolUse']).map((each) => checked(calls, each)),
      ],
      PostToolUse: [afterTool(calls, 'success'), ...callersMatchers(hooks['PostToolUse'])],
      PostToolUseFailure: [afterTool(calls, 'failure'), ...callersMatchers(hooks['PostToolUseFailure'])],
    },
  });
}
