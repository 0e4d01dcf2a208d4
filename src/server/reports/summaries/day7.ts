import type { EvidenceRecord } from '../../../evidence/types.js';
import type { ServerContext } from '../../context.js';
import { isJsonObject, textList, textMember as member } from '../../tenants/json-documents.js';
import { textMember } from '../stored-record.js';
import { decisionsBetween } from './decisions-between.js';
import { Tally } from './tally.js';

const DAY_MS = 86_400_000;
const STRICTNESS = ['NO_OPINION', 'ALLOW', 'MODIFY', 'STEP_UP', 'DEFER', 'BLOCK'];

/** What policies in observe mode would have done: by calls made in observe mode, and by bundles that do not bind yet. */
export async function day7Report(
  { store, clock }: Pick<ServerContext, 'store' | 'clock'>,
  tenantId: string,
  days: number,
) {
  const now = clock.now();
  const words = new Tally();
  const policies = new Tally();
  const tools = new Tally();
  const exposed = {
    agents: new Set<string>(),
    users: new Set<string>(),
    tools: new Set<string>(),
    critical: 0,
  };
  const mismatches = new Tally();
  let observed = 0;
  for await (const record of decisionsBetween(store, tenantId, now - days * DAY_MS, now + 1)) {
    const { word, rules } = wouldBe(record);
    if (word === undefined) continue;
    observed += 1;
    words.add(word);
    if (word === 'ALLOW' || word === 'NO_OPINION') continue;
    for (const rule of rules) policies.add(rule);
    const tool = textMember(record, 'tool_name') ?? '';
    tools.add(tool);
    const label = textMember(record, 'data_classification');
    if (label !== undefined)
      mismatches.add(`${tool} (${label} for ${textMember(record, 'purpose') ?? 'no purpose'})`);
    if (textMember(record, 'decision') !== 'ALLOW') continue;
    exposed.agents.add(textMember(record, 'agent_id') ?? '');
    exposed.users.add(textMember(record, 'user_id') ?? '');
    exposed.tools.add(tool);
    if (textMember(record, 'risk_tier') === 'critical') exposed.critical += 1;
  }
  return {
    window_days: days,
    generated_at: new Date(now).toISOString(),
    observed_calls: observed,
    would_allow: words.count('ALLOW') + words.count('NO_OPINION'),
    would_modify: words.count('MODIFY'),
    would_step_up: words.count('STEP_UP'),
    would_defer: words.count('DEFER'),
    would_block: words.count('BLOCK'),
    top_policies: policies.top('policy'),
    top_tools: tools.top('tool_name'),
    dlp_mismatches: mismatches.top('mismatch'),
    exposure: {
      agents: exposed.agents.size,
      users: exposed.users.size,
      tools: exposed.tools.size,
      critical_calls: exposed.critical,
    },
  };
}

/** The strictest word of what was only observed, and the rules behind it; no word when nothing was. */
function wouldBe(record: EvidenceRecord): { word: string | undefined; rules: string[] } {
  let word = textMember(record, 'shadow_decision');
  const rules = word === undefined ? [] : [...textList(record['matched_rule_ids'])];
  const verdicts: unknown[] = Array.isArray(record['observed']) ? record['observed'] : [];
  for (const verdict of verdicts.filter(isJsonObject)) {
    const outcome = member(verdict, 'outcome') ?? 'NO_OPINION';
    if (word === undefined || STRICTNESS.indexOf(outcome) > STRICTNESS.indexOf(word)) word = outcome;
    if (outcome !== 'ALLOW' && outcome !== 'NO_OPINION')
      rules.push(member(verdict, 'bundle') ?? 'unnamed bundle');
  }
  return { word, rules };
}
