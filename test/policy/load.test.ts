import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { loadPolicy, loadSoundPolicy } from '../../src/policy/load.js';

const made: string[] = [];
async function directory(files: Record<string, string | Buffer>): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), 'policy-load-'));
  made.push(root);
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), content);
  }
  return root;
}
afterEach(async () => {
  for (const root of made.splice(0)) await rm(root, { recursive: true, force: true });
});

describe('loadPolicy', () => {
  it('makes a bundle of every policy file, named by its path', async () => {
    const root = await directory({
      'base.cedar': '\n  permit(principal, action, resource);\n',
      'finance/pay.rego': 'package pay\n',
      'finance/pay_test.rego': 'package pay_test\n',
      '.git/x.cedar': 'no',
      'node_modules/x/y.cedar': 'no',
      'notes.md': 'no',
    });
    const { bundles, faults } = await loadPolicy(root);
    expect(faults).toEqual([]);
    expect(bundles).toEqual([
      {
        name: 'base',
        framework: 'CEDAR',
        file: 'base.cedar',
        rawPolicy: 'permit(principal, action, resource);',
        lineOffset: 1,
        policyHash: createHash('sha256').update('permit(principal, action, resource);').digest('hex'),
        assignments: ['all'],
        mode: 'enforce',
        status: 'active',
        description: '',
      },
      expect.objectContaining({ name: 'finance/pay', framework: 'OPA', file: 'finance/pay.rego' }),
    ]);
  });

  it('takes names, targets, mode and status from the manifest and derives the missing half', async () => {
    const root = await directory({
      'a.cedar': 'a',
      'b.cedar': 'b',
      'thoth.policy.yaml': [
        'bundles:',
        '  - file: a.cedar',
        '    name: guard',
        '    assignments: [agent:x, agent:x, agent:y]',
        '    mode: observe',
        '    description: first',
        '  - { file: ./b.cedar, status: disabled }',
        '',
      ].join('\n'),
    });
    const bundles = await loadSoundPolicy(root, 'nothing was sent');
    expect(
      bundles.map(({ name, assignments, mode, status, description }) => ({
        name,
        assignments,
        mode,
        status,
        description,
      })),
    ).toEqual([
      { name: 'b', assignments: ['all'], mode: 'observe', status: 'paused', description: '' },
      {
        name: 'guard',
        assignments: ['agent:x', 'agent:y'],
        mode: 'observe',
        status: 'staged',
        description: 'first',
      },
    ]);
  });

  it('lists every fault of the manifest at once, each with its place', async () => {
    const root = await directory({
      'a.cedar': 'a',
      'thoth.policy.yaml': [
        'bundles:',
        '  - file: a.cedar',
        '    mode: block',
        '    colour: red',
        '  - name: nofile',
        '  - file: gone.cedar',
        '  - file: a.cedar',
        '    name: other',
        '    mode: enforce',
        '    status: staged',
      ].join('\n'),
    });
    const { faults } = await loadPolicy(root);
    expect(faults.map(({ file, line, code }) => `${file}:${line} ${code}`)).toEqual([
      'thoth.policy.yaml:4 manifest_key',
      'thoth.policy.yaml:3 manifest_value',
      'thoth.policy.yaml:5 manifest_value',
      'thoth.policy.yaml:6 manifest_file',
      'thoth.policy.yaml:7 manifest_contradiction',
    ]);
    await expect(loadSoundPolicy(root, 'nothing was sent')).rejects.toMatchObject({
      exit: 'usage',
      code: 'policy_invalid',
    });
  });

  it('places a YAML syntax error and shows the line', async () => {
    const root = await directory({ 'a.cedar': 'a', 'thoth.policy.yaml': 'bundles:\n  - file: [a.cedar\n' });
    const { faults } = await loadPolicy(root);
    expect(faults[0]).toMatchObject({ code: 'manifest_syntax', file: 'thoth.policy.yaml' });
    expect(faults[0]?.line).toBeGreaterThan(1);
  });

  it('refuses two files for one name, an empty file, bytes that are no text and a link that leads out', async () => {
    const outside = await directory({ 'secret.cedar': 'top secret' });
    const root = await directory({
      'same.cedar': 'a',
      'same.rego': 'b',
      'empty.cedar': ' \n',
      'binary.rego': Buffer.from([0xff, 0xfe, 0x00]),
    });
    await symlink(join(outside, 'secret.cedar'), join(root, 'link.cedar'));
    const { faults, bundles } = await loadPolicy(root);
    expect(faults.map(({ file, code }) => `${file} ${code}`).sort()).toEqual([
      'binary.rego policy_encoding',
      'empty.cedar policy_empty',
      'link.cedar policy_outside',
      'same.rego bundle_name_twice',
    ]);
    expect(JSON.stringify(bundles)).not.toContain('top secret');
  });

  it('says what is wrong with the path itself', async () => {
    await expect(loadPolicy('/nonexistent/policies')).rejects.toMatchObject({ exit: 'usage' });
    await expect(loadPolicy(await directory({ 'readme.md': '' }))).rejects.toThrow(/holds no/);
    await expect(loadPolicy(join(await directory({ 'readme.md': '' }), 'readme.md'))).rejects.toThrow(
      /neither/,
    );
  });
});
