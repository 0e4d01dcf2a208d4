import { afterAll, beforeAll, expect, it } from 'vitest';
import { differences, losses, score, type Check } from './checks.js';
import { Rig, type Surface } from './rig.js';
import { runSuite, STABLE } from './suite.js';

// The version of the official suite that runs on every Node that we run on. `npm run conformance` runs the newer ones.
let rig: Rig;
let direct: readonly Check[];

beforeAll(async () => {
  rig = await Rig.open();
  direct = await runSuite(STABLE, rig.direct);
});
afterAll(() => rig.close());

it('the fixture passes every check itself', () => {
  expect(score(direct)).toEqual([40, 40]);
});

// Those on stdio are behind --listen, which so need not be run once more by itself.
it.each(['--mcp-http', 'stdio', 'stdio, --mcp-http'])(
  'every check passes through %s, and every call is decided',
  async (name) => {
    const { url, exempt, decisions } = surfaceOf(name);
    const through = await runSuite(STABLE, url);
    expect(losses(direct, through, exempt)).toEqual([]);
    expect(differences(direct, through, exempt)).toBe(0);
    expect(score(through)).toEqual([40, 40]);
    const { ALLOW: allowed, ...others } = decisions();
    expect(allowed).toBeGreaterThanOrEqual(11);
    expect(others).toEqual({});
  },
  300_000,
);

function surfaceOf(name: string): Surface {
  const surface = rig.surfaces.get(name);
  if (surface === undefined) throw new Error(`there is no surface ${name}`);
  return surface;
}
