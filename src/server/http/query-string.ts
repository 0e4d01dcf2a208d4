const NONE: Readonly<Record<string, string>> = Object.freeze({});

/** Query parameters as text; a repeated one counts once, with its last value, and a blank one as not sent. */
export function parseQuery(url: string, from: number): Readonly<Record<string, string>> {
  if (from < 0 || from === url.length - 1) return NONE;
  return Object.fromEntries(
    [...new URLSearchParams(url.slice(from + 1))].filter(([, value]) => value !== ''),
  );
}
