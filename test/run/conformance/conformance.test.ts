import { afterAll, beforeAll, expect, it } from 'vitest';
import { differences, losses, score, type Check } from './checks.js';
import { Rig } from './rig.js';
import { runSuite, STABLE } from './suite.js';

// The version of the official suite that runs on every Node that we run on. `npm run conformance` runs the newer ones.
let rig: Rig;
let direct: readonly Check[];

beforeAll(async () => {
  rig = await Rig.open();
  direct = await runSuite(STABLE, rig.direct);
}, 120_000);
afterAll(() => rig.close());

it('the fixture passes every check itself', () => {
  expect(score(direct)).toEqual([40, 40]);
});

it.each(['--mcp-http'])(
  'every check passes through %s, and every call is decided',
  async (name) => {
    const proxy = rig.proxies.get(name);
    const through = await runSuite(STABLE, proxy?.url ?? '');
    expect(losses(direct, through)).toEqual([]);
    expect(differences(direct, through)).toBe(0);
    const { ALLOW: allowed, ...others } = proxy?.decisions() ?? {};
    expect(allowed).toBeGreaterThanOrEqual(11);
    expect(others).toEqual({});
  },
  120_000,
);
