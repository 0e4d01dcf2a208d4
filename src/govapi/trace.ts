/** One line of the `--debug` trace. */
export type TraceEvent =
  | {
      readonly kind: 'request';
      readonly method: string;
      readonly url: string;
      readonly headers: Readonly<Record<string, string>>;
      readonly attempt: number;
    }
  | {
      readonly kind: 'reply';
      readonly status: number;
      readonly headers: Readonly<Record<string, string>>;
      readonly milliseconds: number;
    }
  | { readonly kind: 'fault'; readonly code: string; readonly milliseconds: number };

export type Trace = (event: TraceEvent) => void;

const SHOWN = new Set([
  'accept',
  'content-length',
  'content-type',
  'date',
  'retry-after',
  'server',
  'user-agent',
  'x-request-id',
]);

/** By allow-list: a header nobody thought of is a secret until somebody says otherwise. */
export function shownHeaders(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => {
      const lower = name.toLowerCase();
      const shown = SHOWN.has(lower) || lower.startsWith('x-aten-') || lower.startsWith('ratelimit-');
      return [lower, shown ? value : '[redacted]'];
    }),
  );
}
