import { ThothctlError } from '../../errors/index.js';
import type { ControlContext } from '../http/control-context.js';
import { HttpError } from '../http/port.js';
import { setAgentScope } from '../tenants/agent-scopes.js';
import { listBundles } from '../tenants/policy-bundles/bundle-reads.js';
import { addVersion } from '../tenants/policy-bundles/bundle-versions.js';
import { readPolicy } from '../tenants/policy-bundles/policy-source.js';
import { requestedBundle } from '../tenants/policy-bundles/requested-bundle.js';
import { SERVER_ACTOR } from '../tenants/recorded-change.js';
import { writeSettings } from '../tenants/settings-store.js';
import type { Seed } from './seed-file.js';

/** Applies a seed to the first tenant. Doing it again changes nothing, so that an interrupted start can be repeated. */
export async function applySeed(context: ControlContext, tenantId: string, seed: Seed): Promise<void> {
  const { settings } = seed;
  if (settings !== undefined) {
    await saying('settings are', () => writeSettings(context, tenantId, { ...settings }, SERVER_ACTOR));
  }
  for (const [agentId, scope] of seed.agents)
    await setAgentScope(context, tenantId, agentId, scope, SERVER_ACTOR);

  const present = new Set(
    (await listBundles(context, tenantId)).map((bundle) => `${bundle.name}\n${bundle.policyHash}`),
  );
  for (const body of seed.bundles) {
    await saying(`policy bundle ${body.name} is`, async () => {
      const policy = await readPolicy(body, context.policySourceDir);
      if (present.has(`${body.name.trim()}\n${policy.hash}`)) return;
      const order = requestedBundle(body, policy, { created_by: SERVER_ACTOR.name });
      await addVersion(context, tenantId, order, SERVER_ACTOR);
    });
  }
}

/** A refusal as the API would give it, in the words of a start that fails. */
async function saying(subject: string, change: () => Promise<unknown>): Promise<void> {
  try {
    await change();
  } catch (error) {
    if (!(error instanceof HttpError)) throw error;
    throw new ThothctlError({
      code: 'seed_refused',
      message: `the seed's ${subject} refused: ${error.message}`,
      exit: 'usage',
      fix: 'mend it and start again; the seed is then applied to its end',
      ...(error.details === undefined ? {} : { details: error.details }),
      cause: error,
    });
  }
}
