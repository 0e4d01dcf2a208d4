import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { ServerContext } from '../../context.js';
import { objectMember, ownMember, parseDocument, type JsonObject } from '../../tenants/json-documents.js';
import { tokenUsage, type TokenUsage } from '../token-usage.js';

type Context = Pick<ServerContext, 'store' | 'clock'> & { readonly dataDir: string };

const DAY_MS = 86_400_000;
/** US dollars per 1000 tokens, for what neither a catalogue nor the sender priced. */
const DEFAULT_RATE = 0.002;
const CATALOGUE = 'model-prices.json';

interface Catalogue {
  readonly models: JsonObject;
  readonly sha256: string;
  readonly updatedAt: string;
}

/**
 * Token spend of a window from what model calls reported. A model is priced by the installation's catalogue (LiteLLM's
 * format, `model-prices.json` in the data directory), else by its sender's estimate, else at the flat rate.
 */
export async function costReport(context: Context, tenantId: string, days: number, rate = DEFAULT_RATE) {
  const now = context.clock.now();
  return {
    window_days: days,
    generated_at: new Date(now).toISOString(),
    ...(await spend(context, tenantId, now - days * DAY_MS, now + 1, rate)),
  };
}

export async function spend(
  context: Context,
  tenantId: string,
  from: number,
  to: number,
  rate = DEFAULT_RATE,
) {
  const catalogue = await readCatalogue(context.dataDir);
  const rows = await context.store.read
    .selectFrom('events')
    .select('body')
    .where('tenant_id', '=', tenantId)
    .where('event_type', '=', 'LLM_INVOCATION')
    .where('occurred_at', '>=', from)
    .where('occurred_at', '<', to)
    .execute();
  const models = new Map<string, { tokens: number; calls: number; cost_usd: number }>();
  const priced = { catalogue: 0, estimated: 0, flat: 0 };
  const unresolved = new Set<string>();
  for (const row of rows) {
    const usage = tokenUsage(parseDocument(row.body));
    if (usage === undefined) continue;
    const key = `${usage.provider ?? 'unknown'}/${usage.model ?? 'unknown'}`;
    const listed = catalogue === undefined ? undefined : cataloguePrice(catalogue.models, usage);
    if (listed === undefined) unresolved.add(key);
    if (listed !== undefined) priced.catalogue += 1;
    else if (usage.estimatedUsd !== undefined) priced.estimated += 1;
    else priced.flat += 1;
    const model = models.get(key) ?? { tokens: 0, calls: 0, cost_usd: 0 };
    models.set(key, model);
    model.tokens += usage.total;
    model.calls += 1;
    model.cost_usd += listed ?? usage.estimatedUsd ?? (usage.total / 1000) * rate;
  }
  const list = [...models].map(([model, row]) => ({ model, ...row })).sort((a, b) => b.cost_usd - a.cost_usd);
  const sha256 =
    catalogue?.sha256 ?? createHash('sha256').update(`flat_rate_usd_per_1k=${rate}`).digest('hex');
  return {
    pricing_source: pricingSource(catalogue, priced.estimated),
    pricing_version: sha256.slice(0, 12),
    pricing_sha256: sha256,
    pricing_updated_at: catalogue?.updatedAt ?? null,
    pricing_evidence: {
      priced_with_catalog_count: priced.catalogue,
      event_estimated_fallbacks: priced.estimated,
      flat_rate_fallbacks: priced.flat,
      unresolved_models: [...unresolved].sort(),
    },
    flat_rate_usd_per_1k_tokens: rate,
    total_cost_usd: list.reduce((sum, row) => sum + row.cost_usd, 0),
    total_tokens: list.reduce((sum, row) => sum + row.tokens, 0),
    rows: list,
  };
}

function pricingSource(catalogue: Catalogue | undefined, estimated: number): string {
  if (catalogue !== undefined) return 'litellm_catalog:path';
  return estimated > 0 ? 'event_estimated_cost' : 'flat_rate_default';
}

async function readCatalogue(dataDir: string): Promise<Catalogue | undefined> {
  const file = join(dataDir, CATALOGUE);
  try {
    const [text, { mtime }] = await Promise.all([readFile(file, 'utf8'), stat(file)]);
    return {
      models: parseDocument(text),
      sha256: createHash('sha256').update(text).digest('hex'),
      updatedAt: mtime.toISOString(),
    };
  } catch {
    // Without a readable catalogue the reply says so: its source is then another one.
    return undefined;
  }
}

function cataloguePrice(models: JsonObject, usage: TokenUsage): number | undefined {
  if (usage.model === undefined) return undefined;
  const names = [usage.model, ...(usage.provider === undefined ? [] : [`${usage.provider}/${usage.model}`])];
  const name = names.find((known) => ownMember(models, known) !== undefined);
  if (name === undefined) return undefined;
  const entry = objectMember(models, name);
  const input = entry['input_cost_per_token'];
  const output = entry['output_cost_per_token'];
  if (typeof input !== 'number' || typeof output !== 'number') return undefined;
  // Tokens nobody called prompt or completion are charged as prompt.
  const prompt = Math.max(usage.prompt, usage.total - usage.completion);
  return prompt * input + usage.completion * output;
}
