import { wholeNumber } from '../query-values.js';

type Query = Readonly<Record<string, string>>;

/** Members both backfills take, in the body or in the query. */
interface SentBody {
  readonly limit?: number | undefined;
  readonly window_hours?: number | undefined;
  readonly include_blocked_events?: boolean | undefined;
  readonly dry_run?: boolean | undefined;
}

/** How Terraform (query, body `null`) and the operator (body) say the same; a body member wins. */
export function backfillParameters(
  body: SentBody | null | undefined,
  query: Query,
  limits: { readonly limit: Bound; readonly windowHours?: Bound },
) {
  const number = (name: 'limit' | 'window_hours', { fallback, max }: Bound): number =>
    body?.[name] ?? wholeNumber(query, name, { min: 1, max }) ?? fallback;
  const flag = (name: 'include_blocked_events' | 'dry_run', fallback: boolean): boolean =>
    body?.[name] ?? (query[name] === undefined ? fallback : query[name] === 'true');
  return {
    limit: number('limit', limits.limit),
    windowHours: limits.windowHours === undefined ? undefined : number('window_hours', limits.windowHours),
    includeBlocked: flag('include_blocked_events', true),
    dryRun: flag('dry_run', false),
  };
}

interface Bound {
  readonly fallback: number;
  readonly max: number;
}
