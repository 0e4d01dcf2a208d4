import type { RiskTier } from '../../engine/types.js';
import type { ServerContext } from '../context.js';
import { objectMember, ownMember, parseDocument } from '../tenants/json-documents.js';

/** What the tenant lets the user of a session do about its own held calls. */
export interface SelfApproval {
  readonly maxRiskTier: Exclude<RiskTier, 'critical'>;
  /** An answer that comes sooner after the call was held is no person's. */
  readonly minimumSeconds: number;
}

/** Of a held call, what says whether its own user may judge it. */
export interface SelfJudged {
  readonly riskTier: string;
  readonly userId: string;
  readonly requiredApprovers: number;
}

/** From least to most; `critical` is none of them, whatever a setting says. */
const TIERS = ['low', 'medium', 'high'] as const;
const DEFAULT_TIER = 'medium';
const DEFAULT_SECONDS = 2;
/** What SDKs send when nobody was named. */
const NOBODY: ReadonlySet<string> = new Set(['', 'system']);

/** The tenant's setting as it is now; undefined while only approvers judge. */
export async function selfApprovalOf(
  { store }: Pick<ServerContext, 'store'>,
  tenantId: string,
): Promise<SelfApproval | undefined> {
  const row = await store.read
    .selectFrom('settings')
    .select('document')
    .where('tenant_id', '=', tenantId)
    .executeTakeFirst();
  const section = objectMember(
    objectMember(parseDocument(row?.document ?? '{}'), 'step_up'),
    'self_approval',
  );
  if (ownMember(section, 'enabled') !== true) return undefined;
  const tier = ownMember(section, 'max_risk_tier');
  const seconds = ownMember(section, 'minimum_seconds');
  return {
    maxRiskTier: TIERS.find((known) => known === tier) ?? DEFAULT_TIER,
    minimumSeconds: typeof seconds === 'number' && seconds >= 1 ? Math.ceil(seconds) : DEFAULT_SECONDS,
  };
}

/** The member of a STEP_UP reply that says so; none when only approvers may, or the setting cannot be read. */
export async function selfApprovalOffer(
  context: Pick<ServerContext, 'store'>,
  tenantId: string,
  call: SelfJudged,
): Promise<{ readonly self_approval?: { readonly minimum_seconds: number } }> {
  const setting = await selfApprovalOf(context, tenantId).catch(() => undefined);
  if (setting === undefined || selfApprovalObstacle(setting, call) !== undefined) return {};
  return { self_approval: { minimum_seconds: setting.minimumSeconds } };
}

/** Why the user of the session may not judge the call itself, as an error code; undefined when it may. */
export function selfApprovalObstacle(
  setting: SelfApproval | undefined,
  call: SelfJudged,
): 'self_approval_off' | 'self_approval_tier' | 'self_approval_nobody' | undefined {
  if (setting === undefined) return 'self_approval_off';
  const tier = TIERS.findIndex((known) => known === call.riskTier);
  if (tier === -1 || tier > TIERS.indexOf(setting.maxRiskTier) || call.requiredApprovers > 1) {
    return 'self_approval_tier';
  }
  return NOBODY.has(call.userId.trim()) ? 'self_approval_nobody' : undefined;
}
