import * as z from 'zod/mini';

/** As many violations of one agent within the window are a burst. */
export const BURST_SIZE = 5;
const BURST_WINDOW_MS = 10 * 60_000;

/** A violation as the burst rule sees it. */
const violation = z.object({ index: z.number(), at: z.number(), id: z.string() });
/** A list, because an object would lose an agent called like a member that every object has. */
const openBursts = z.array(z.tuple([z.string(), z.array(violation)]));

export type BurstViolation = z.infer<typeof violation>;
/** Violations per agent that may yet become a burst. */
export type OpenBursts = z.infer<typeof openBursts>;

/** The state as it was stored; anything else starts to count from nothing. */
export function readOpenBursts(text: string): OpenBursts {
  const parsed = openBursts.safeParse(JSON.parse(text));
  return parsed.success ? parsed.data : [];
}

/**
 * Goes on with the burst rule over further violations, oldest first. A burst is told once, when it reaches its size;
 * the next one starts to count from nothing.
 */
export function foldBursts(
  open: OpenBursts,
  violations: readonly (BurstViolation & { readonly agentId: string })[],
): { readonly open: OpenBursts; readonly bursts: readonly (readonly BurstViolation[])[] } {
  const recent = new Map(open);
  const bursts: (readonly BurstViolation[])[] = [];
  let newest = 0;
  for (const { agentId, ...entry } of violations) {
    newest = Math.max(newest, entry.at);
    if (agentId === '') continue;
    const counted = [...within(recent.get(agentId) ?? [], entry.at), entry];
    if (counted.length >= BURST_SIZE) bursts.push(counted);
    recent.set(agentId, counted.length >= BURST_SIZE ? [] : counted);
  }
  // What is too old for the newest violation is too old for every later one: the state stays small.
  const kept = [...recent].flatMap(([agentId, entries]): OpenBursts => {
    const live = within(entries, newest);
    return live.length === 0 ? [] : [[agentId, live]];
  });
  return { open: kept, bursts };
}

function within(entries: readonly BurstViolation[], at: number): BurstViolation[] {
  return entries.filter((earlier) => at - earlier.at <= BURST_WINDOW_MS);
}
