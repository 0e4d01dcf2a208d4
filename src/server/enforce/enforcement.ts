import { bundlesFor } from '../../engine/assignment.js';
import { isStopped } from '../../engine/stopped-endpoint.js';
import type {
  BundleVerdict,
  Decision,
  EngineRequest,
  SessionFacts,
  TenantSnapshot,
} from '../../engine/types.js';
import { ThothctlError } from '../../errors/index.js';
import { canonicalize } from '../../evidence/canonical.js';
import { sha256Hex } from '../../evidence/signature.js';
import type { ServerContext } from '../context.js';
import { HttpError, type Principal } from '../http/port.js';
import { fleetsOf } from '../tenants/scope-targets.js';
import type { CommittedEvidence, WriteUnit } from '../store/port.js';
import { readEnforceCall, type EnforceCall } from './call-request.js';
import { decisionDraft, type DecisionIds, type HoldIds } from './decision-record.js';
import { decisionReply, wholeSeconds } from './decision-reply.js';
import { decisionWriter, type KeptInput } from './decision-writes.js';
import { decisionEngine, type DecisionEngine } from './engine.js';
import { internalRefusal } from './internal-refusal.js';
import {
  comesToTheSame,
  isFresh,
  isJoinable,
  JoinableCalls,
  joinKey,
  type DecidedCall,
} from './joinable-calls.js';
import { selfApprovalOffer } from './self-approval.js';
import { governedMcpCall, insertMcpCall } from '../mcp/call-row.js';
import { SessionMemory, type OpenSession } from './session-memory.js';

const NO_VERDICTS: readonly BundleVerdict[] = [];

/**
 * Decides calls of `/v1/enforce`. The reply leaves only after evidence, policy input and hold are durable in one
 * transaction; when they cannot be, there is no decision (503). Throws `HttpError`.
 */
export class Enforcement {
  readonly #sessions: SessionMemory;
  readonly #write: ReturnType<typeof decisionWriter>;
  readonly #joinable = new JoinableCalls();

  constructor(
    private readonly context: ServerContext,
    private readonly engine: DecisionEngine = decisionEngine,
  ) {
    this.#sessions = new SessionMemory(context.store.read);
    this.#write = decisionWriter(context.store.build);
  }

  async decide(body: unknown, principal: Principal): Promise<object> {
    const started = performance.now();
    const { context } = this;
    const now = context.clock.now();
    const call = readEnforceCall(body, principal, new Date(now).toISOString());
    const { request } = call;
    // Only a key of a fleet pays for looking the endpoint up.
    if (principal.scope.level === 'fleet') await this.#checkFleet(request, principal);
    const snapshot = context.tenants.snapshot(request.tenantId);
    if (snapshot === undefined) throw new HttpError(403, 'forbidden', 'the tenant is not known here');

    const { seenAs } = call;
    const key = joinKey(call, principal);
    const first =
      key === undefined || seenAs === undefined
        ? undefined
        : await this.#joinable.take(key, seenAs.surface, now);
    if (first !== undefined) {
      const joined = await this.#join(call, snapshot, first, started);
      if (joined !== undefined) return joined;
    }

    const opened = this.#session(call);
    let session = opened instanceof Promise ? await opened : opened;
    const seen = session.facts(request.toolName);
    const input = this.#keptInput(call, seen);
    const bundles = isStopped(request, snapshot) ? [] : bundlesFor(snapshot, request.agentId);
    let verdicts = NO_VERDICTS;
    if (bundles.length > 0) {
      verdicts = await context.evaluator.evaluate(request, bundles, seen);
      // The session may have been dropped from memory meanwhile.
      const again = this.#session(call);
      session = again instanceof Promise ? await again : again;
    }

    // From here to `count` nothing waits: parallel calls of a session see each other in the order of their decisions.
    const facts = session.facts(request.toolName);
    const decision = this.#decision(call, snapshot, facts, verdicts);
    const violates = decision.violation || refuses(decision);
    const counted = session.count(request.toolName, violates);

    const ids = this.#ids(decision, violates, now);
    const draft = decisionDraft(call, decision, ids, {
      policyInputDigest: input.digest,
      policyRevision: snapshot.revision,
      regulatoryRegimes: snapshot.regulatoryRegimes,
      requestedBy: principal.credentialId,
    });
    const unit = this.#write({
      call,
      decision,
      ids,
      draft,
      input,
      principal,
      now,
      heldArguments: () => (request.toolArgs === undefined ? null : this.engine.redact(request.toolArgs)),
      requiredApprovers: this.#requiredApprovers(decision),
    });
    const join =
      key === undefined || seenAs === undefined || !isJoinable(decision)
        ? undefined
        : this.#joinable.open(key, seenAs.surface, ids.hold?.expiresAt, now);
    let record: CommittedEvidence;
    try {
      record = await this.#commit(unit);
    } catch (error) {
      counted.undo();
      join?.failed();
      throw error;
    }
    counted.settle();
    join?.recorded({ decision, facts, ids, receipt: record.receipt });
    context.streams.publish(request.tenantId);
    const elapsed = performance.now() - started;
    context.visibility.note(request.tenantId, elapsed);
    const reply = decisionReply(call, decision, ids, record.receipt, elapsed, snapshot.regulatoryRegimes);
    return ids.hold === undefined ? reply : { ...reply, ...(await this.#offer(request, decision)) };
  }

  /**
   * The second question about one call: decided again with what this surface knows, for instance the server it goes to,
   * and if that comes to the same, answered by the decision on record. A held call keeps its hold. Undefined when it is a
   * decision of its own.
   */
  async #join(
    call: EnforceCall,
    snapshot: TenantSnapshot,
    first: DecidedCall,
    started: number,
  ): Promise<object | undefined> {
    const { context } = this;
    const { request } = call;
    const bundles = isStopped(request, snapshot) ? [] : bundlesFor(snapshot, request.agentId);
    const verdicts =
      bundles.length === 0 ? NO_VERDICTS : await context.evaluator.evaluate(request, bundles, first.facts);
    const decision = this.#decision(call, snapshot, first.facts, verdicts);
    if (!comesToTheSame(first.decision, decision)) return undefined;
    const { decisionId, hold } = first.ids;
    if (hold !== undefined && !(await isFresh(context, request.tenantId, hold.token))) return undefined;
    const mcpCall = governedMcpCall(request, decisionId, context.clock.now());
    if (mcpCall !== undefined) {
      const { tenantId } = request;
      await this.#record({
        tenantId,
        statements: [insertMcpCall(context.store.build, mcpCall)],
        evidence: [],
      });
    }
    const elapsed = performance.now() - started;
    const reply = decisionReply(
      call,
      first.decision,
      first.ids,
      first.receipt,
      elapsed,
      snapshot.regulatoryRegimes,
    );
    const offer = hold === undefined ? {} : await this.#offer(request, decision);
    return { ...reply, joined_decision_id: decisionId, ...offer };
  }

  #offer({ tenantId, userId }: EngineRequest, decision: Decision): Promise<object> {
    const { riskTier } = decision;
    const requiredApprovers = this.#requiredApprovers(decision);
    return selfApprovalOffer(this.context, tenantId, { riskTier, userId, requiredApprovers });
  }

  #requiredApprovers({ riskTier }: Decision): number {
    return riskTier === 'critical' ? this.context.options.criticalApprovers : 1;
  }

  /** A fleet key speaks for the endpoints of its fleet, and for every agent on them. */
  async #checkFleet({ tenantId, endpointId }: EngineRequest, { scope }: Principal): Promise<void> {
    if (scope.targetId === null || endpointId === undefined) return;
    const fleets = await fleetsOf(this.context, tenantId, 'endpoint', endpointId);
    if (!fleets.has(scope.targetId)) {
      throw new HttpError(403, 'forbidden', 'this key may only act for the endpoints of its own fleet');
    }
  }

  /** Redacted before it is hashed, so that the digest proves the input that is kept and nobody needs the secrets to check it. */
  #keptInput(call: EnforceCall, seen: SessionFacts): KeptInput {
    try {
      const text = canonicalize(this.engine.redact(this.engine.policyInput(call.request, seen)));
      return { text, digest: sha256Hex(text) };
    } catch {
      // Half surrogate pairs or endless nesting: no evidence could be kept. A 400 is a refusal even to fail-open clients.
      throw new HttpError(
        400,
        'invalid_request',
        'the call has no canonical JSON form (broken Unicode or nesting too deep)',
      );
    }
  }

  #session({ request }: EnforceCall): OpenSession | Promise<OpenSession> {
    return this.#sessions.open(request.tenantId, request.sessionId);
  }

  #decision(
    call: EnforceCall,
    snapshot: TenantSnapshot,
    facts: SessionFacts,
    verdicts: readonly BundleVerdict[],
  ): Decision {
    try {
      return this.engine.decide(call.request, snapshot, facts, verdicts);
    } catch {
      return internalRefusal();
    }
  }

  #ids(decision: Decision, violates: boolean, now: number): DecisionIds {
    const { context } = this;
    return {
      decisionId: context.newId('dec'),
      violationId: violates ? context.newId('vio') : undefined,
      hold: decision.decision === 'STEP_UP' ? this.#hold(decision, now) : undefined,
    };
  }

  #hold(decision: Decision, now: number): HoldIds {
    const { context } = this;
    const asked = decision.timeoutSeconds === undefined ? 0 : wholeSeconds(decision.timeoutSeconds);
    const seconds = asked > 0 ? asked : context.options.holdSeconds;
    return {
      approvalId: context.newId('apr'),
      token: context.newId('hold'),
      seconds,
      expiresAt: now + seconds * 1000,
    };
  }

  async #commit(unit: WriteUnit): Promise<CommittedEvidence> {
    const [record] = await this.#record(unit);
    if (record === undefined)
      throw new HttpError(503, 'service_unavailable', 'the decision was not recorded');
    return record;
  }

  async #record(unit: WriteUnit): Promise<readonly CommittedEvidence[]> {
    try {
      return (await this.context.store.commit(unit)).evidence;
    } catch (error) {
      // The store is well and refuses the record: to a client that fails open, a 5xx would mean "run the tool".
      if (error instanceof ThothctlError) {
        if (error.code.startsWith('storage_')) throw error;
        throw new HttpError(400, 'invalid_request', `the call cannot be recorded (${error.code})`);
      }
      throw new HttpError(503, 'service_unavailable', 'the decision could not be recorded, so there is none');
    }
  }
}

function refuses({ decision }: Decision): boolean {
  return decision === 'BLOCK' || decision === 'DEFER' || decision === 'STEP_UP';
}
