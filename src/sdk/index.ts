/** The embedded SDK: runtime governance of tool calls in a Node program. */
export {
  instrument,
  instrumentToolchain,
  wrapAnthropicTools,
  wrapAnthropicTools as instrumentAnthropic,
  wrapOpenAITools,
  wrapOpenAITools as instrumentOpenAI,
} from './instrument.js';
export { instrumentClaudeAgent } from './frameworks/claude-agent/index.js';
export { toolchainFunctionMap, type ToolchainOptions } from './wrap/toolchain.js';
export { ThothClient, shutdown } from './client.js';
export { getCurrentSession } from './async-context.js';
export { type Session, type TokenUsage } from './session.js';
export { flush, stats } from './events/shared.js';
export { emitBehavioralEvent, type BehavioralEventInput } from './emit.js';
export { DecisionType, EnforcementMode, EventType, SourceType, type RefusalSource } from './vocabulary.js';
export {
  ThothConfigError,
  ThothDeferredError,
  ThothPolicyViolation,
  ThothStepUpRequired,
  type ViolationDetails,
} from './errors.js';
export {
  type EventOptions,
  type Explain,
  type PredicateOptions,
  type Telemetry,
  type ThothConfig,
  type ThothConfig as InstrumentOptions,
} from './config/options.js';
export { type EnforcementDecision } from './decision/read.js';
export { type BehavioralEvent } from './events/event.js';
export { type EventStats } from './events/queue.js';
export { type ThothLogger } from './logger.js';
export { type FunctionMap, type GovernedMap } from './wrap/function-map.js';
export { type AnthropicToolFn } from './anthropic.js';
export { type OpenAIToolFn } from './openai.js';
