import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startDataPlane, type DataPlane } from '../enforce/data-plane.js';

let thoth: DataPlane;
beforeAll(async () => {
  thoth = await startDataPlane();
});
afterAll(() => thoth.stop());

const page = async (query = ''): Promise<{ data: Record<string, unknown>[]; next_sequence: number | null }> =>
  (await thoth.call('GET', `/thoth/x/policy/recorded-calls${query}`)).body;

describe('recorded calls', () => {
  it('are none before the first, then each with what policies saw and whether it was in scope', async () => {
    expect(await page()).toEqual({ data: [], next_sequence: null });
    await thoth.enforce({ tool_args: { amount: 3, password: 'hunter2' } });
    await thoth.enforce({ tool_name: 'delete_all', enforcement_mode: 'observe' });
    const { data, next_sequence: next } = await page();
    expect(next).toBeNull();
    expect(data).toMatchObject([
      {
        tool_name: 'search_docs',
        decision: 'ALLOW',
        in_scope: true,
        input: { tool: { args: { amount: 3, password: '[redacted]' } } },
        standing: { decision: 'ALLOW' },
      },
      // Observe mode allows; what counts for a simulation is what it would have decided.
      { tool_name: 'delete_all', decision: 'BLOCK', in_scope: false, standing: { decision: 'ALLOW' } },
    ]);
  });

  it('come page by page in the order of the chain, and none twice', async () => {
    for (let n = 0; n < 5; n += 1) await thoth.enforce({ tool_args: { n } });
    const all = (await page()).data.map((row) => row['chain_index']);
    const seen: unknown[] = [];
    for (let after: number | null = 0; after !== null;) {
      const { data, next_sequence: next } = await page(`?limit=2&from_sequence=${after}`);
      seen.push(...data.map((row) => row['chain_index']));
      after = next;
    }
    expect(seen).toEqual(all);
    expect((await page('?from=2999-01-01T00:00:00Z')).data).toEqual([]);
  });

  it('say what stands beside the bundles today, not when they were decided', async () => {
    const before = (await page()).data.at(-1);
    expect(before?.['standing']).toMatchObject({ decision: 'ALLOW' });
    const settings = (await thoth.call('GET', '/thoth/settings')).body as Record<string, unknown>;
    const changed = await thoth.call('PUT', '/thoth/settings', {
      ...settings,
      tool_risk_overrides: { search_docs: 'critical' },
      shadow_policy: { critical: 'block' },
    });
    expect(changed.status).toBe(200);
    const after = (await page()).data.at(-1);
    expect(after?.['decision']).toBe('ALLOW');
    expect(after?.['standing']).toMatchObject({
      decision: 'BLOCK',
      decision_reason_code: 'risk_tier_blocked',
    });
  });
});
