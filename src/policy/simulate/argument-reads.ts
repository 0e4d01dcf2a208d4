import { inputReads } from '../../engine/rego/input-reads.js';
import type { BundleSource } from '../../engine/types.js';

/** Names of arguments a policy can refer to; undefined when it may be any. */
export type ArgumentReads = ReadonlySet<string> | undefined;

/** Read from the text of all policies, on the safe side: what is no plain reference to one argument is one to all. */
export function argumentReads(bundles: readonly BundleSource[]): ArgumentReads {
  const names = new Set<string>();
  for (const { framework, rawPolicy } of bundles) {
    const own = framework === 'CEDAR' ? cedarArguments(rawPolicy) : regoArguments(rawPolicy);
    if (own === undefined) return undefined;
    for (const name of own) names.add(name);
  }
  return names;
}

const CEDAR_ARGUMENT =
  /(\bhas\s+)?\bargs\b(?:\s*\.\s*(?<dotted>[A-Za-z_]\w*)|\s*\[\s*"(?<quoted>[^"\\]*)"\s*\]|\s+has\s+(?:(?<had>[A-Za-z_]\w*)|"(?<hadText>[^"\\]*)"))?/gu;

function cedarArguments(source: string): readonly string[] | undefined {
  const names: string[] = [];
  for (const match of source.matchAll(CEDAR_ARGUMENT)) {
    const { dotted, quoted, had, hadText } = match.groups ?? {};
    const name = dotted ?? quoted ?? had ?? hadText;
    if (name !== undefined) names.push(name);
    // `context has args` asks whether there are any, which a redaction does not change.
    else if (match[1] === undefined) return undefined;
  }
  return names;
}

function regoArguments(source: string): readonly string[] | undefined {
  const names: string[] = [];
  for (const [first, second, name] of inputReads(source) ?? [[]]) {
    if (first === undefined || (first === 'tool' && second === undefined)) return undefined;
    if (first !== 'tool' || second !== 'args') continue;
    if (name === undefined) return undefined;
    names.push(name);
  }
  return names;
}
