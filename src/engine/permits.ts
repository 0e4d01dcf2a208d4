import { placeOf, type Place } from './place.js';
import type { Framework } from './types.js';

/** A rule that lets calls through. */
interface Permit extends Place {
  /** As decisions name it. */
  readonly rule: string;
}

const CEDAR_NOISE = /"(?:[^"\\]|\\.)*"|\/\/[^\n]*/gu;
const REGO_NOISE = /"(?:[^"\\\n]|\\.)*"|`[^`]*`|#[^\n]*/gu;

/**
 * Rules that make an allow-list of source that is known to be sound: a call that none of them covers is refused. Empty
 * where there is none, or one covers every call. Goes by the words alone: parsing thousands of bundles takes long.
 */
export function listedPermits(framework: Framework, source: string): readonly Permit[] {
  const permits = framework === 'CEDAR' ? cedarPermits(source) : regoPermits(source);
  return permits.some(({ everything }) => everything)
    ? []
    : permits.map(({ rule, offset }) => ({ rule, ...placeOf(source, offset) }));
}

interface Found {
  readonly rule: string;
  readonly offset: number;
  readonly everything: boolean;
}

function cedarPermits(source: string): Found[] {
  const code = blanked(source, CEDAR_NOISE);
  const found: Found[] = [];
  let start = 0;
  for (const [index, policy] of code.split(';').entries()) {
    const text = source.slice(start, start + policy.length);
    const head = /(?<!@)\bpermit\s*\(/u.exec(policy);
    if (head !== null && !/@thoth_effect\(\s*"WAIVE"/u.test(text))
      found.push({
        rule: /@id\(\s*"([^"]+)"/u.exec(text)?.[1] ?? `policy${index}`,
        offset: start + head.index,
        everything: /^permit\s*\(\s*principal\s*,\s*action\s*,\s*resource\s*,?\s*\)\s*$/u.test(
          policy.slice(head.index),
        ),
      });
    start += policy.length + 1;
  }
  return found;
}

function regoPermits(source: string): Found[] {
  const code = blanked(source, REGO_NOISE);
  const everything = /^(?:default\s+)?allow\s*(?::?=\s*true|if\s+true|if\s*\{\s*true\s*\})\s*$/mu.test(code);
  return [...code.matchAll(/^allow\b/gmu)].map(({ index }) => ({ rule: 'allow', offset: index, everything }));
}

/** With texts and comments blanked, so that words in them count for nothing; every offset is kept. */
function blanked(source: string, noise: RegExp): string {
  return source.replace(noise, (part) => part.replace(/[^\n]/gu, ' '));
}
