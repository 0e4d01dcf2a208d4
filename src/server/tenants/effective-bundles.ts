/** What the rule below needs to know of a bundle version. */
export interface BundleVersion {
  readonly id: string;
  readonly name: string;
  readonly version: number;
  readonly status: string;
  readonly enforcementMode: string;
  readonly assignments: readonly string[];
}

export interface LoadedBundle<Version extends BundleVersion> {
  readonly bundle: Version;
  /** Its verdict decides; otherwise it is only reported as what would have happened. */
  readonly binding: boolean;
}

/**
 * Which versions are evaluated (behaviour notes, 12): of each name the newest version that is not staged governs, and a
 * paused one governs nothing. A newer staged version is evaluated beside it and never binds, so that staging version
 * two does not switch version one off.
 */
export function loadedBundles<Version extends BundleVersion>(
  versions: Iterable<Version>,
): LoadedBundle<Version>[] {
  const governing = new Map<string, Version>();
  const staged = new Map<string, Version>();
  for (const version of versions) {
    const slots = version.status === 'staged' ? staged : governing;
    const known = slots.get(version.name);
    if (known === undefined || known.version < version.version) slots.set(version.name, version);
  }

  const loaded: LoadedBundle<Version>[] = [];
  for (const name of [...new Set([...governing.keys(), ...staged.keys()])].sort()) {
    const governor = governing.get(name);
    if (governor !== undefined && governor.status === 'active') {
      loaded.push({ bundle: governor, binding: governor.enforcementMode === 'enforce' });
    }
    const candidate = staged.get(name);
    if (candidate !== undefined && candidate.version > (governor?.version ?? 0)) {
      loaded.push({ bundle: candidate, binding: false });
    }
  }
  return loaded;
}

/** Assignments are `all`, `agent:<id>` or a bare agent id; without an agent only `all` matches. */
export function isAssigned(assignments: readonly string[], agentId: string | undefined): boolean {
  return assignments.some(
    (target) =>
      target === 'all' || (agentId !== undefined && (target === agentId || target === `agent:${agentId}`)),
  );
}
