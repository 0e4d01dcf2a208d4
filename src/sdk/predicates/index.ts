import type { JsonObject } from '../vocabulary.js';
import type { PredicateOptions } from '../config/options.js';
import { ancestorHash, readAncestors, type Ancestor } from './lineage.js';
import { binaryName, parseRules, withoutPrefix } from './rules.js';

interface PredicateHit {
  readonly code:
    'lineage_upstream_binary_blocked' | 'lineage_ancestor_blocked' | 'tool_not_allowed_for_session_intent';
  readonly reason: string;
}

export interface LocalPredicates {
  check(toolName: string, sessionIntent: string | undefined): PredicateHit | undefined;
  /** Lineage members of the metadata of requests and events; empty when no lineage rule is configured. */
  readonly lineage: JsonObject;
}

/**
 * Deterministic checks before any request: upstream binary, ancestor, intent; the first hit decides.
 * Lineage is read once, when governance is set up. Source: SDK behaviour 13.
 */
export function createPredicates(
  options: PredicateOptions,
  ancestorsOf: () => readonly Ancestor[] = readAncestors,
): LocalPredicates {
  const rules = parseRules(options);
  const upstream = options.upstreamBinary === undefined ? undefined : binaryName(options.upstreamBinary);
  const asked = options.reportLineage === true;
  const watched = asked || rules.ancestorTokens.length > 0 || rules.upstreamBinaries.length > 0;
  const ancestors = watched ? ancestorsOf() : [];
  const lineageHit = checkLineage(rules, upstream, ancestors);
  return {
    check(toolName, sessionIntent) {
      if (lineageHit !== undefined) return lineageHit;
      const allowed = sessionIntent === undefined ? undefined : rules.toolsByIntent.get(sessionIntent);
      if (allowed === undefined || allowed.has(withoutPrefix(toolName))) return undefined;
      return {
        code: 'tool_not_allowed_for_session_intent',
        reason: `the session intent '${sessionIntent}' does not allow this tool`,
      };
    },
    lineage: watched ? lineageMetadata(ancestors, upstream) : {},
  };
}

function checkLineage(
  rules: ReturnType<typeof parseRules>,
  upstream: string | undefined,
  ancestors: readonly Ancestor[],
): PredicateHit | undefined {
  if (upstream !== undefined && rules.upstreamBinaries.includes(upstream)) {
    return {
      code: 'lineage_upstream_binary_blocked',
      reason: `the upstream binary '${upstream}' is blocked on this machine`,
    };
  }
  const blocked = ancestors.some(({ name, command }) => {
    const text = `${name}\n${command}`.toLowerCase();
    return rules.ancestorTokens.some((token) => text.includes(token));
  });
  return blocked
    ? {
        code: 'lineage_ancestor_blocked',
        reason: 'a parent process of this agent is blocked on this machine',
      }
    : undefined;
}

function lineageMetadata(ancestors: readonly Ancestor[], upstream: string | undefined): JsonObject {
  const hash = ancestorHash(ancestors);
  return {
    process_lineage: { ancestor_hash: hash, parent_pid: process.ppid },
    lineage_hash: hash,
    lineage_parent_pid: process.ppid,
    ...(upstream === undefined ? {} : { lineage_upstream_binary: upstream }),
  };
}
