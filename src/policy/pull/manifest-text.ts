import type { DesiredBundle } from '../bundle.js';

/** A manifest that says of each bundle what its file alone does not. */
export async function manifestText(bundles: readonly DesiredBundle[]): Promise<string> {
  const { stringify } = await import('yaml');
  const entries = bundles.map(entryOf).filter((entry) => Object.keys(entry).length > 1);
  return stringify({ version: 1, bundles: entries }, { lineWidth: 0 });
}

function entryOf(bundle: DesiredBundle): Readonly<Record<string, unknown>> {
  const { file, name, assignments, mode, status, description } = bundle;
  const everybody = assignments.length === 1 && assignments[0] === 'all';
  return {
    file,
    ...(name !== file.replace(/\.(cedar|rego)$/iu, '') && { name }),
    ...(!everybody && { assignments: [...assignments] }),
    ...(mode !== 'enforce' && { mode }),
    ...((mode === 'enforce' ? status !== 'active' : status !== 'staged') && { status }),
    ...(description !== '' && { description }),
  };
}
