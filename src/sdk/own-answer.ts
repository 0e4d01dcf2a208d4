import type { OwnAnswer } from './call.js';
import type { ResolvedConfig } from './config/options.js';
import type { EnforcementDecision } from './decision/read.js';
import { credentialHeaders } from './transport/credentials.js';
import type { Transport } from './transport/transport.js';

const TIMEOUT_MS = 6000;

/**
 * The way for the session's own user to answer a hold, when the enforcer offered it. `onTaken` is told once an answer was
 * taken: the hold is resolved by then.
 */
export function ownAnswer(
  transport: Transport,
  config: ResolvedConfig,
  holdToken: string,
  { selfApproval }: EnforcementDecision,
  onTaken: () => void,
): OwnAnswer | undefined {
  const seconds = selfApproval?.['minimum_seconds'];
  if (typeof seconds !== 'number' || !(seconds >= 1)) return undefined;
  return {
    minimumMs: seconds * 1000,
    async give(answer, channel) {
      const reply = await transport.send({
        lane: 'checks',
        method: 'POST',
        path: `/v1/enforce/hold/${encodeURIComponent(holdToken)}/answer`,
        body: JSON.stringify({ answer, channel }),
        headers: { 'content-type': 'application/json', ...credentialHeaders(config.apiKey) },
        timeoutMs: TIMEOUT_MS,
      });
      const taken = reply.kind !== 'failure' && reply.status === 200;
      if (taken) onTaken();
      return taken;
    },
  };
}
