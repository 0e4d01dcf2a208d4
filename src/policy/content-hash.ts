import { createHash } from 'node:crypto';

/** What clients send of a policy file: the text without surrounding white space. */
export function policyContent(text: string): { readonly rawPolicy: string; readonly lineOffset: number } {
  const rawPolicy = text.trim();
  const start = text.length - text.trimStart().length;
  return { rawPolicy, lineOffset: text.slice(0, start).split('\n').length - 1 };
}

/** SHA-256 of the content bytes, lower-case hex: the control plane's `policy_hash`. */
export function policyHash(rawPolicy: string): string {
  return createHash('sha256').update(rawPolicy, 'utf8').digest('hex');
}

/** Bare lower-case hex of a hash that may be written `sha256:<hex>`. */
export function bareHash(hash: string): string {
  return hash
    .trim()
    .toLowerCase()
    .replace(/^sha256:/, '');
}
