import { inputReads, mayReach } from '../../engine/rego/input-reads.js';
import type { PolicyInput } from '../../engine/input/build.js';
import type { BundleSource } from '../../engine/types.js';
import { argumentReads, type ArgumentReads } from './argument-reads.js';

/** A part of the input that differs from call to call, with the words by which a Cedar policy reads it. */
interface Part {
  readonly path: string;
  readonly cedar: RegExp;
  readonly of: (input: PolicyInput) => unknown;
}

const PARTS: readonly Part[] = [
  { path: 'tool.args', cedar: /\bargs\b|MODIFY/u, of: (input) => input.tool.args },
  {
    path: 'tool.args_truncated',
    cedar: /\bargs_truncated\b/u,
    of: (input) => input.tool.args_truncated,
  },
  { path: 'context.task', cedar: /\btask\b/u, of: (input) => input.context.task },
  { path: 'context.policy', cedar: /\bpolicy\b/u, of: (input) => input.context.policy },
  { path: 'context.task_id', cedar: /\btask_id\b/u, of: (input) => input.context.task_id },
  { path: 'context.time', cedar: /\btime\b/u, of: (input) => input.context.time },
  { path: 'context.hour_utc', cedar: /\bhour_utc\b/u, of: (input) => input.context.hour_utc },
  { path: 'context.weekday_utc', cedar: /\bweekday_utc\b/u, of: (input) => input.context.weekday_utc },
  { path: 'principal.identity', cedar: /(?!)/u, of: (input) => input.principal.identity },
  { path: 'principal.user_id', cedar: /\buser_id\b/u, of: (input) => input.principal.user_id },
  { path: 'session.id', cedar: /\bsession_id\b/u, of: (input) => input.session.id },
  { path: 'session.requests', cedar: /\bsession_requests\b/u, of: (input) => input.session.requests },
  { path: 'session.violations', cedar: /\bsession_violations\b/u, of: (input) => input.session.violations },
  {
    path: 'session.calls_of_this_tool',
    cedar: /\bcalls_of_this_tool\b/u,
    of: (input) => input.session.calls_of_this_tool,
  },
  { path: 'session.tool_calls', cedar: /(?!)/u, of: (input) => input.session.tool_calls },
];

/** What a set of policies can tell two calls apart by. */
export interface Reads {
  /** Equal for calls on which every policy gives the same verdict. */
  readonly key: (input: PolicyInput) => string;
  /** Whether a value the control plane did not keep may matter to a policy. */
  readonly meetsRedaction: (input: PolicyInput) => boolean;
}

/** Read from the text, on the safe side: whatever may be a reference counts as one. */
export function readsOf(bundles: readonly BundleSource[]): Reads {
  const parts = PARTS.filter((part) => bundles.some((bundle) => mayRead(bundle, part)));
  const named = bundles.some(readsUnnamed) ? undefined : argumentReads(bundles);
  return {
    key: (input) =>
      JSON.stringify([
        input.action,
        input.tool.action_class,
        input.principal.id,
        input.principal.tenant_id,
        input.principal.fleet_id,
        input.principal.endpoint_id,
        input.context.enforcement_mode,
        input.context.environment,
        input.context.purpose,
        input.context.sensitivity_label,
        input.context.session_intent,
        input.moses_metrics.behavioral_score,
        ...parts.map((part) => part.of(input)),
      ]),
    meetsRedaction: (input) =>
      parts.some((part) => {
        const value = part.path === 'tool.args' ? only(input.tool.args, named) : part.of(input);
        return JSON.stringify(value).includes('"[redacted]"');
      }),
  };
}

/** A policy may read an argument without its name: by rewriting all of them, or by taking the context as a value. */
function readsUnnamed({ framework, rawPolicy }: BundleSource): boolean {
  return framework === 'CEDAR' && (rawPolicy.includes('MODIFY') || readsWholeContext(rawPolicy));
}

function only(args: object, names: ArgumentReads): unknown {
  return names === undefined ? args : Object.entries(args).filter(([name]) => names.has(name));
}

function readsWholeContext(source: string): boolean {
  return /\bcontext\b(?!\s*[.[]|\s+has\b)/u.test(source);
}

function mayRead(bundle: BundleSource, part: Part): boolean {
  if (bundle.framework === 'CEDAR')
    return part.cedar.test(bundle.rawPolicy) || readsWholeContext(bundle.rawPolicy);
  return mayReach(inputReads(bundle.rawPolicy), part.path);
}
