import { ThothConfigError } from '../errors.js';
import { createLogger, levelThreshold, type ThothLogger } from '../logger.js';
import { isJsonObject, type JsonObject } from '../vocabulary.js';
import { resolveApiKey } from './api-key.js';
import { enforcerUrl } from './enforcer-url.js';
import { jsonCopy } from './json-copy.js';
import type { EventOptions, PredicateOptions, ResolvedConfig, Telemetry, ThothConfig } from './options.js';
import {
  booleanVariable,
  commaList,
  enforcementMode,
  firstPresent,
  positive,
  positiveCount,
  type Environment,
} from './values.js';

export interface ResolveContext {
  readonly env?: Environment;
  /** Names of the tools found; a missing scope error lists them, ready to paste. */
  readonly toolNames?: readonly string[];
}

/**
 * Merges options, environment and defaults, and checks the result. Throws `ThothConfigError`.
 * The environment is read now, not when the module loads.
 */
export function resolveConfig(options: ThothConfig = {}, context: ResolveContext = {}): ResolvedConfig {
  const env = context.env ?? process.env;
  const logger = createLogger(
    levelThreshold(options.logLevel) ??
      levelThreshold(env['THOTH_LOG_LEVEL']) ??
      levelThreshold(env['LOG_LEVEL']),
    options.logger,
  );
  const agentId = required('agentId', 'THOTH_AGENT_ID', options.agentId, env);
  const tenantId = required('tenantId', 'THOTH_TENANT_ID', options.tenantId, env);
  const apiUrl = enforcerUrl(options.apiUrl, env, logger);
  const userId = firstPresent(options.userId, env['THOTH_USER_ID']) ?? 'system';
  return {
    agentId,
    tenantId,
    approvedScope: approvedScope(options.approvedScope, env, context.toolNames ?? []),
    apiUrl,
    apiKey: resolveApiKey(options.apiKey, env, logger),
    userId,
    enforcement: enforcementMode(
      firstPresent(options.enforcement, env['THOTH_ENFORCEMENT_MODE'], env['THOTH_ENFORCEMENT']),
      logger,
    ),
    environment: (
      firstPresent(options.environment, env['THOTH_ENVIRONMENT'], env['THOTH_ENV']) ?? 'prod'
    ).toLowerCase(),
    failOpen: failOpen(options.failOpen, env, logger),
    stepUpTimeoutMs: positive('stepUpTimeoutMinutes', options.stepUpTimeoutMinutes, 15) * 60_000,
    stepUpPollIntervalMs: positive('stepUpPollIntervalMs', options.stepUpPollIntervalMs, 5000),
    stepUp: oneOf('stepUp', options.stepUp, ['wait', 'throw'], 'wait'),
    sessionId: firstPresent(options.sessionId),
    sessionIntent: firstPresent(options.sessionIntent, env['THOTH_SESSION_INTENT']),
    purpose: firstPresent(options.purpose, env['THOTH_PURPOSE']),
    dataClassification: firstPresent(options.dataClassification, env['THOTH_DATA_CLASSIFICATION']),
    taskContext: jsonCopy('taskContext', taskContext(options.taskContext, env, logger)),
    metadata: jsonCopy('requestMetadata or policyContext', metadata(options)),
    identityBinding: jsonCopy('identityBinding', nonEmpty(options.identityBinding)) ?? {
      agent_id: agentId,
      tenant_id: tenantId,
      user_id: userId,
    },
    enforcementTraceId: firstPresent(options.enforcementTraceId, env['THOTH_ENFORCEMENT_TRACE_ID']),
    actionAttestationId: firstPresent(options.actionAttestationId),
    eventIngestToken: firstPresent(options.eventIngestToken, env['THOTH_EVENT_INGEST_TOKEN']),
    enforceTimeoutMs: positive('enforceTimeoutMs', options.enforceTimeoutMs, 5000),
    historyLimit: positiveCount('historyLimit', options.historyLimit, 128),
    telemetry: telemetry(options.telemetry, logger),
    explain: oneOf('explain', options.explain, ['off', 'lazy', 'eager'], 'off'),
    events: eventOptions(options.events ?? {}),
    logger,
    signal: options.signal,
    predicates: predicates(options.predicates ?? {}, env),
    receiptKeys: options.receiptKeys ?? {},
  };
}

function required(name: string, variable: string, option: string | undefined, env: Environment): string {
  const value = firstPresent(option, env[variable]);
  if (value === undefined) {
    throw new ThothConfigError(`${name} is missing; pass it or set ${variable}`);
  }
  return value;
}

function approvedScope(
  option: readonly string[] | undefined,
  env: Environment,
  toolNames: readonly string[],
): readonly string[] {
  const scope = option ?? commaList(env['THOTH_APPROVED_SCOPE']);
  if (scope !== undefined && !(Array.isArray(scope) && scope.every((name) => typeof name === 'string'))) {
    throw new ThothConfigError('approvedScope must be a list of tool names');
  }
  if (scope !== undefined) return [...scope];
  const found =
    toolNames.length === 0
      ? ''
      : `; tools found: approvedScope: [${toolNames.map((name) => JSON.stringify(name)).join(', ')}]`;
  throw new ThothConfigError(`approvedScope is missing; pass it or set THOTH_APPROVED_SCOPE${found}`);
}

/** A false word in the environment vetoes the option: the operator's off switch. */
function failOpen(option: boolean | undefined, env: Environment, logger: ThothLogger): boolean {
  const variable = booleanVariable(env, 'THOTH_FAIL_OPEN', logger);
  // A text such as 'false' is true to JavaScript and would open what it means to close.
  if (option !== undefined && typeof option !== 'boolean') {
    throw new ThothConfigError('failOpen must be true or false');
  }
  return variable === false ? false : (option ?? variable ?? false);
}

function oneOf<Word extends string>(
  name: string,
  value: Word | undefined,
  words: readonly Word[],
  fallback: Word,
): Word {
  if (value === undefined) return fallback;
  if (!words.includes(value)) throw new ThothConfigError(`${name} must be one of ${words.join(', ')}`);
  return value;
}

function telemetry(option: Telemetry | undefined, logger: ThothLogger): Telemetry {
  const level = oneOf('telemetry', option, ['minimal', 'redacted', 'full'], 'minimal');
  if (level === 'full') logger.warn('telemetry "full" sends arguments and results with every event');
  return level;
}

function taskContext(
  option: JsonObject | undefined,
  env: Environment,
  logger: ThothLogger,
): JsonObject | undefined {
  const text = firstPresent(env['THOTH_TASK_CONTEXT_JSON']);
  const own = nonEmpty(option);
  if (own !== undefined || text === undefined) return own;
  try {
    const parsed: unknown = JSON.parse(text);
    if (isJsonObject(parsed)) return nonEmpty(parsed);
  } catch {
    // Told below, like any other value that is not an object.
  }
  logger.warn('THOTH_TASK_CONTEXT_JSON is not a JSON object and is ignored');
  return undefined;
}

function metadata(options: ThothConfig): JsonObject | undefined {
  const policyContext = nonEmpty(options.policyContext);
  return nonEmpty({
    ...options.requestMetadata,
    ...(policyContext === undefined ? {} : { policy_context: policyContext }),
  });
}

function nonEmpty(value: JsonObject | undefined): JsonObject | undefined {
  return value === undefined || Object.keys(value).length === 0 ? undefined : value;
}

function eventOptions(options: EventOptions): ResolvedConfig['events'] {
  return {
    batchSize: Math.min(100, positiveCount('events.batchSize', options.batchSize, 10)),
    lingerMs: positive('events.lingerMs', options.lingerMs, 250),
    queueLimit: positiveCount('events.queueLimit', options.queueLimit, 1000),
    maxAttempts: positiveCount('events.maxAttempts', options.maxAttempts, 3),
    flushTimeoutMs: positive('events.flushTimeoutMs', options.flushTimeoutMs, 2000),
    ...(options.spoolFile === undefined ? {} : { spoolFile: options.spoolFile }),
  };
}

function predicates(options: PredicateOptions, env: Environment): PredicateOptions {
  const pick = (
    name: Exclude<keyof PredicateOptions, 'reportLineage'>,
    variable: string,
  ): PredicateOptions => {
    const value = firstPresent(options[name], env[variable]);
    return value === undefined ? {} : { [name]: value };
  };
  return {
    ...pick('blockedLineageAncestorTokens', 'THOTH_BLOCKED_LINEAGE_ANCESTOR_TOKENS'),
    ...pick('blockedLineageUpstreamBinaries', 'THOTH_BLOCKED_LINEAGE_UPSTREAM_BINARIES'),
    ...pick('intentToolAllowlist', 'THOTH_INTENT_TOOL_ALLOWLIST'),
    ...(options.upstreamBinary === undefined ? {} : { upstreamBinary: options.upstreamBinary }),
    ...(options.reportLineage === true ? { reportLineage: true } : {}),
  };
}
