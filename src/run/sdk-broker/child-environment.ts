import type { ResolvedConfig } from '../../sdk/config/options.js';

/**
 * THOTH_* variables that may reach the child: settings without a secret. Everything else of that prefix is
 * removed, so that a credential added by a later release is not passed on by accident.
 */
const HARMLESS = new Set([
  'THOTH_LOG_LEVEL',
  'THOTH_PURPOSE',
  'THOTH_DATA_CLASSIFICATION',
  'THOTH_TASK_CONTEXT_JSON',
  'THOTH_BLOCKED_LINEAGE_ANCESTOR_TOKENS',
  'THOTH_BLOCKED_LINEAGE_UPSTREAM_BINARIES',
  'THOTH_INTENT_TOOL_ALLOWLIST',
]);

/** Satisfies SDKs that insist on a scope; the broker replaces it with the run's or the server's. */
const SCOPE_BY_SERVER = '(scope of the agent on the server)';

export interface BrokerAddress {
  readonly url: string;
  readonly apiKey: string;
}

/** The environment of the child: the caller's, without any credential of ours, pointed at the broker. */
export function childEnvironment(
  parent: Readonly<Record<string, string | undefined>>,
  broker: BrokerAddress,
  config: ResolvedConfig,
  sessionId: string,
  mcpUrl?: string,
): Record<string, string> {
  const env: Record<string, string> = {};
  for (const [name, value] of Object.entries(parent)) {
    if (value === undefined) continue;
    if (!/^THOTH(CTL)?_/i.test(name) || HARMLESS.has(name)) env[name] = value;
  }
  const scope = config.approvedScope.length === 0 ? [SCOPE_BY_SERVER] : config.approvedScope;
  Object.assign(env, {
    THOTH_API_URL: broker.url,
    THOTH_API_KEY: broker.apiKey,
    THOTH_AGENT_ID: config.agentId,
    THOTH_TENANT_ID: config.tenantId,
    THOTH_USER_ID: config.userId,
    THOTH_SESSION_ID: sessionId,
    THOTH_ENFORCEMENT_TRACE_ID: config.enforcementTraceId ?? sessionId,
    THOTH_APPROVED_SCOPE: scope.join(','),
    THOTH_ENFORCEMENT_MODE: config.enforcement,
    THOTH_ENVIRONMENT: config.environment,
    // A false word also vetoes what the child's own code asks for.
    THOTH_FAIL_OPEN: config.failOpen ? 'true' : 'false',
    ...(config.sessionIntent === undefined ? {} : { THOTH_SESSION_INTENT: config.sessionIntent }),
    ...(mcpUrl === undefined ? {} : { THOTH_MCP_URL: mcpUrl }),
  });
  return withoutProxyForLoopback(env);
}

/** A proxy must not stand between the child and its broker on the same machine. */
function withoutProxyForLoopback(env: Record<string, string>): Record<string, string> {
  if (!Object.keys(env).some((name) => /^(https?|all)_proxy$/i.test(name))) return env;
  for (const name of ['NO_PROXY', 'no_proxy']) {
    const listed = env[name] ?? '';
    if (!listed.split(',').includes('127.0.0.1'))
      env[name] = listed === '' ? '127.0.0.1' : `${listed},127.0.0.1`;
  }
  return env;
}
