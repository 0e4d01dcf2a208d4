import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { differences, losses, readChecks, score } from './checks.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'checks-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** What the suite leaves: one folder for each scenario, with the checks it made as `[id, status]`. */
function run(name: string, scenarios: Record<string, readonly (readonly [string, string])[]>): string {
  for (const [scenario, checks] of Object.entries(scenarios)) {
    const place = join(folder, name, `server-${scenario}-2026-11-21T14-57-34-630Z`);
    mkdirSync(place, { recursive: true });
    const reported = checks.map(([id, status]) => ({ id, name: id.toUpperCase(), status }));
    writeFileSync(join(place, 'checks.json'), JSON.stringify(reported));
  }
  return join(folder, name);
}

const DIRECT = {
  'tools-list': [
    ['listed', 'SUCCESS'],
    ['named', 'SUCCESS'],
  ],
  'server-polling': [
    ['event', 'INFO'],
    ['resumed', 'SUCCESS'],
    ['resumed', 'SUCCESS'],
    ['optional', 'FAILURE'],
  ],
} as const;

it('counts passed checks of those that can fail', () => {
  expect(score(readChecks(run('direct', DIRECT)))).toEqual([4, 5]);
});

it('finds nothing lost when all is the same', () => {
  const direct = readChecks(run('direct', DIRECT));
  expect(losses(direct, readChecks(run('through', DIRECT)))).toEqual([]);
  expect(differences(direct, readChecks(run('again', DIRECT)))).toBe(0);
});

it('finds a check that fails, one that was not made, and the second of one id', () => {
  const direct = readChecks(run('direct', DIRECT));
  const through = readChecks(
    run('through', {
      'tools-list': [['listed', 'FAILURE']],
      'server-polling': [
        ['event', 'INFO'],
        ['resumed', 'SUCCESS'],
        ['resumed', 'WARNING'],
        ['optional', 'SUCCESS'],
      ],
    }),
  );
  expect(losses(direct, through).map(({ key, status }) => [key, status])).toEqual([
    ['server-polling/resumed RESUMED 2', 'WARNING'],
    ['tools-list/listed LISTED', 'FAILURE'],
    ['tools-list/named NAMED', 'NOT MADE'],
  ]);
  expect(differences(direct, through)).toBe(4);
});

it('leaves out checks that do not apply, and what is only told', () => {
  const direct = readChecks(run('direct', DIRECT));
  const polling = [
    ['resumed', 'INFO'],
    ['optional', 'FAILURE'],
  ] as const;
  const through = readChecks(run('through', { ...DIRECT, 'server-polling': polling }));
  const exempt = new Set(['server-polling/resumed']);
  expect(losses(direct, through).map(({ status }) => status)).toEqual(['INFO', 'NOT MADE']);
  expect(losses(direct, through, exempt)).toEqual([]);
  expect(differences(direct, through, exempt)).toBe(0);
});
