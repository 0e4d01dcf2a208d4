import { ThothConfigError } from '../errors.js';

/** The local rules after parsing; malformed lists are a start-up error, never an empty list. */
export interface PredicateRules {
  /** Lower-case substrings. */
  readonly ancestorTokens: readonly string[];
  /** Base names. */
  readonly upstreamBinaries: readonly string[];
  readonly toolsByIntent: ReadonlyMap<string, ReadonlySet<string>>;
}

export interface PredicateLists {
  readonly blockedLineageAncestorTokens?: string | undefined;
  readonly blockedLineageUpstreamBinaries?: string | undefined;
  readonly intentToolAllowlist?: string | undefined;
}

export function parseRules(lists: PredicateLists): PredicateRules {
  return {
    ancestorTokens: parseList(
      'THOTH_BLOCKED_LINEAGE_ANCESTOR_TOKENS',
      lists.blockedLineageAncestorTokens,
    ).map((token) => token.toLowerCase()),
    upstreamBinaries: parseList(
      'THOTH_BLOCKED_LINEAGE_UPSTREAM_BINARIES',
      lists.blockedLineageUpstreamBinaries,
    ).map(binaryName),
    toolsByIntent: parseIntents(lists.intentToolAllowlist),
  };
}

function parseList(variable: string, text: string | undefined): string[] {
  if (text === undefined) return [];
  const entries = text.split(',').map((entry) => entry.trim());
  if (entries.includes('')) throw new ThothConfigError(`${variable} has an empty entry`);
  return entries;
}

function parseIntents(text: string | undefined): ReadonlyMap<string, ReadonlySet<string>> {
  const intents = new Map<string, ReadonlySet<string>>();
  for (const entry of parseList('THOTH_INTENT_TOOL_ALLOWLIST', text)) {
    const cut = entry.indexOf('=');
    const intent = entry.slice(0, Math.max(0, cut)).trim();
    const tools = entry
      .slice(cut + 1)
      .split('|')
      .map((tool) => withoutPrefix(tool.trim()));
    if (intent === '' || tools.includes('') || intents.has(intent)) {
      throw new ThothConfigError('THOTH_INTENT_TOOL_ALLOWLIST must read intent=tool|tool,intent=tool');
    }
    intents.set(intent, new Set(tools));
  }
  return intents;
}

/** Names compare without the `tool_call:` prefix that some policies write. */
export function withoutPrefix(tool: string): string {
  return tool.startsWith('tool_call:') ? tool.slice('tool_call:'.length) : tool;
}

/** Permission words that scopes of endpoints hold beside tools; a scope of nothing else leaves the tools to the server. */
export function isPermission(entry: string): boolean {
  return /^(?:endpoint|fleet|tenant|policy|evidence|approvals|governance|browser|mdm|api-keys):[a-z_-]+$/.test(
    entry,
  );
}

export function binaryName(path: string): string {
  return path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1);
}
