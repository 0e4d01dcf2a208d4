import type { EndpointOs } from '../../contract/govapi/types.js';

const PLATFORMS: readonly (readonly [RegExp, EndpointOs])[] = [
  [/^(mac|os ?x|darwin|apple ?mac|apple ?os ?x)/, 'macos'],
  [/^win(?!.*(phone|mobile))/, 'windows'],
  [/linux|ubuntu|debian|fedora|red ?hat|rhel|centos|suse/, 'linux'],
];
/** Workspace ONE calls iPhones and iPads just `Apple`. */
const HANDHELD =
  /^(apple|iphone.*|ipad.*|ipod.*|ios.*|(apple ?)?tv ?os.*|apple ?tv.*|watch ?os.*|vision ?os.*|android.*|chrome.*|windows.*(phone|mobile).*|blackberry.*)$/;

/**
 * What the vendors call an operating system, in the contract's words; null for a word nobody knows, `unsupported` for
 * phones, tablets and the like, on which no agent runs that could be governed.
 */
export function operatingSystem(word: string | null): EndpointOs | 'unsupported' | null {
  if (word === null) return null;
  const text = word.trim().toLowerCase();
  if (HANDHELD.test(text)) return 'unsupported';
  return PLATFORMS.find(([pattern]) => pattern.test(text))?.[1] ?? null;
}
