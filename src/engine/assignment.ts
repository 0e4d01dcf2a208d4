import type { BundleSource, TenantSnapshot } from './types.js';

const perSnapshot = new WeakMap<TenantSnapshot, Map<string, readonly BundleSource[]>>();
const REMEMBERED_AGENTS = 10_000;

/** Bundles that govern an agent, in snapshot order: assigned to `all`, `agent:<id>` or `<id>`; none named means all. */
export function bundlesFor(snapshot: TenantSnapshot, agentId: string): readonly BundleSource[] {
  if (snapshot.bundles.length === 0) return snapshot.bundles;
  let agents = perSnapshot.get(snapshot);
  if (agents === undefined) perSnapshot.set(snapshot, (agents = new Map()));
  let bundles = agents.get(agentId);
  if (bundles === undefined) {
    bundles = snapshot.bundles.filter((bundle) => isAssigned(bundle.assignments, agentId));
    // Agent ids are the caller's choice; the memory they take is not.
    if (agents.size >= REMEMBERED_AGENTS) agents.clear();
    agents.set(agentId, bundles);
  }
  return bundles;
}

/** Whether the entries name the agent; none named means all. */
export function isAssigned(assignments: readonly string[], agentId: string): boolean {
  if (assignments.length === 0) return true;
  return assignments.some((entry) => entry === 'all' || entry === agentId || entry === `agent:${agentId}`);
}
