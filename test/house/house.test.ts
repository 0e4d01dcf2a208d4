import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { operations as govapi } from '../../src/contract/govapi/operations.js';

const root = new URL('../..', import.meta.url).pathname;
const tracked = execFileSync('git', ['ls-files', '-co', '--exclude-standard'], {
  cwd: root,
  encoding: 'utf8',
})
  .split('\n')
  .filter((path) => path !== '');
const read = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');

const sources = tracked.filter(
  (path) => path.startsWith('src/') && path.endsWith('.ts') && !path.startsWith('src/contract/'),
);

describe('the house', () => {
  it('keeps source files small: median below 110 lines, nine in ten below 250, none above 500', () => {
    const lengths = sources.map((path) => read(path).split('\n').length).toSorted((a, b) => a - b);
    const at = (share: number): number => lengths[Math.floor(lengths.length * share)] ?? 0;
    expect(at(0.5)).toBeLessThan(110);
    expect(at(0.9)).toBeLessThan(250);
    expect(lengths.at(-1)).toBeLessThanOrEqual(500);
  });

  it('names files for what they do', () => {
    const vague = sources.filter((path) => /(^|\/)(utils?|helpers?|manager|misc|common)(\.ts|\/)/.test(path));
    expect(vague).toEqual([]);
  });

  it('uses the one error type: no bare Error is thrown in the product', () => {
    const bare = sources.filter((path) => /throw new (Error|TypeError|RangeError)\(/.test(read(path)));
    expect(bare).toEqual([]);
  });

  it('leaves no note to self and no skipped or lone test', () => {
    const pattern = new RegExp(['TOD[O]', 'FIXM[E]', 'X{3}'].map((word) => `\\b${word}\\b`).join('|'));
    const lone = /\b(it|test|describe)\.(only|skip|todo)\(/;
    const found = [
      ...sources,
      ...tracked.filter((path) => path.startsWith('test/') && path.endsWith('.ts')),
    ].filter((path) => pattern.test(read(path)) || lone.test(read(path)));
    expect(found).toEqual([]);
  });

  it('locks every dependency to one version and records no download address', () => {
    const manifest = JSON.parse(read('package.json')) as Record<string, Record<string, string>>;
    const loose = Object.entries({ ...manifest['dependencies'], ...manifest['devDependencies'] }).filter(
      ([, version]) => !/^\d+\.\d+\.\d+/.test(version),
    );
    expect(loose).toEqual([]);
    expect(read('package-lock.json')).not.toContain('"resolved"');
  });

  it('reaches every operation of the control plane from a command', () => {
    const other = [
      // The older path of an operation, which the client falls back to by itself.
      'backfillGovernanceEvidenceCompat',
      // Changes that commit as one, for programs; and what a recorded decision saw, for `api`.
      'openPolicyBundleGroup',
      'stagePolicyBundles',
      'commitPolicyBundleGroup',
      'getPolicyInput',
    ];
    const callers = sources
      .filter((path) => /^src\/(commands|journeys|policy|tenant|cli)\//.test(path))
      .map(read)
      .join('\n');
    const unreached = Object.keys(govapi).filter((id) => !other.includes(id) && !callers.includes(`'${id}'`));
    expect(unreached).toEqual([]);
  });
});
