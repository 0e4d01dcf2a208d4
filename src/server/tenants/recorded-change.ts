import type { CompiledQuery } from 'kysely';
import type { EvidenceDraft } from '../../evidence/types.js';
import type { ServerContext } from '../context.js';
import type { Principal, Provenance } from '../http/port.js';
import type { WriteUnit } from '../store/port.js';

/** A control-plane change: what is written, and what the evidence says about it. */
export interface Change {
  readonly tenantId: string;
  /** `<family>.<verb>`, for example `api_key.create`. */
  readonly action: string;
  readonly actor: Actor;
  readonly target: { readonly type: string; readonly id: string };
  /** Facts about the change. Never a secret: evidence is exported. */
  readonly facts?: Readonly<Record<string, unknown>>;
  readonly statements: readonly CompiledQuery[];
  readonly guards?: WriteUnit['guards'];
  /** Records the change itself makes, after the one that tells of it. */
  readonly makes?: readonly EvidenceDraft[];
}

export interface Actor {
  readonly kind: string;
  readonly credentialId: string;
  readonly name: string;
  readonly provenance: Provenance | null;
}

/** The server itself, for first start, seeding and jobs. */
export const SERVER_ACTOR: Actor = {
  kind: 'server',
  credentialId: 'server',
  name: 'thothctl-server',
  provenance: null,
};

export function actorOf(caller: {
  readonly principal: Pick<Principal, 'credentialId' | 'name'> & { readonly kind: string };
  readonly provenance: Provenance;
}): Actor {
  const { kind, credentialId, name } = caller.principal;
  const { provenance } = caller;
  const told = provenance.via ?? provenance.provisioner ?? provenance.version;
  return { kind, credentialId, name, provenance: told === null ? null : provenance };
}

/** Commits the change with exactly one evidence record, and wakes the tenant's streams once it is durable. */
export async function commitChange(
  context: Pick<ServerContext, 'store' | 'clock' | 'streams' | 'newId'>,
  change: Change,
): Promise<void> {
  const draft: EvidenceDraft = {
    kind: `control.${change.action}`,
    evidence_id: context.newId('evd'),
    occurred_at: new Date(context.clock.now()).toISOString(),
    body: {
      actor: {
        kind: change.actor.kind,
        credential_id: change.actor.credentialId,
        name: change.actor.name,
        ...(change.actor.provenance === null ? {} : { provenance: { ...change.actor.provenance } }),
      },
      target: { ...change.target },
      ...(change.facts === undefined ? {} : { change: change.facts }),
    },
  };
  await context.store.commit({
    tenantId: change.tenantId,
    statements: change.statements,
    evidence: [draft, ...(change.makes ?? [])],
    ...(change.guards === undefined ? {} : { guards: change.guards }),
  });
  context.streams.publish(change.tenantId);
}
