import { follow } from './follow.js';
import type { FollowApi, FollowedRow, FollowSource } from './source.js';

/** Rows committed from now on: none that comes after this has resolved is missed, however late it is asked for. */
export async function followNew(
  api: FollowApi,
  source: FollowSource,
  options: { readonly signal: AbortSignal; readonly notice: (text: string) => void },
): Promise<AsyncIterable<FollowedRow>> {
  let begin: () => void = () => undefined;
  const begun = new Promise<void>((resolve) => (begin = resolve));
  const rows = follow(api, source, { ...options, from: 'latest', onStart: () => begin() });
  const first = rows.next();
  await Promise.race([begun, first]);
  // Its failure belongs to whoever reads the rows; nobody does when what comes before them fails.
  first.catch(() => undefined);
  return (async function* () {
    for (let item = await first; item.done !== true; item = await rows.next()) yield item.value;
  })();
}
