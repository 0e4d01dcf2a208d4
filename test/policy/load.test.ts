import { createHash } from 'node:crypto';
import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { faultText } from '../../src/policy/fault.js';
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
        forAllByDefault: true,
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
      'thoth.policy.yaml:3 manifest_value',
      'thoth.policy.yaml:4 manifest_key',
      'thoth.policy.yaml:5 manifest_value',
      'thoth.policy.yaml:6 manifest_file',
      'thoth.policy.yaml:7 manifest_contradiction',
    ]);
    await expect(loadSoundPolicy(root, 'nothing was sent')).rejects.toMatchObject({
      exit: 'usage',
      code: 'policy_invalid',
    });
  });

  it('applies defaults to listed and unlisted files, through includes, and lets one half of an axis replace both', async () => {
    const root = await directory({
      'a.cedar': 'a',
      'team/b.cedar': 'b',
      'team/c.cedar': 'c',
      'thoth.policy.yaml':
        'defaults: { mode: observe, assignments: "agent:x", description: ours }\nincludes: [team]\n',
      'team/thoth.policy.yaml':
        'defaults: { description: theirs }\nbundles: [{ file: b.cedar, status: active, assignments: [all] }]\n',
    });
    const bundles = await loadSoundPolicy(root, 'nothing was sent');
    expect(
      bundles.map((each) => [each.name, each.mode, each.status, each.assignments.join(), each.description]),
    ).toEqual([
      ['a', 'observe', 'staged', 'agent:x', 'ours'],
      ['team/b', 'enforce', 'active', 'all', 'theirs'],
      ['team/c', 'observe', 'staged', 'agent:x', 'theirs'],
    ]);
  });

  it('refuses a cycle of includes, one included twice, one that is not there and one outside, each at its line', async () => {
    const root = await directory({
      'a.cedar': 'a',
      'thoth.policy.yaml': 'includes:\n  - x\n  - x/thoth.policy.yaml\n  - gone\n  - ../other\n',
      'x/thoth.policy.yaml': 'includes: [../y]\n',
      'y/thoth.policy.yaml': 'includes:\n  - ../x\n  - ..\n',
      'lonely/thoth.policy.yaml': 'bundles: []\n',
    });
    const { faults } = await loadPolicy(root);
    expect(faults.map(({ file, line, code }) => `${file}:${line} ${code}`)).toEqual([
      'lonely/thoth.policy.yaml:1 manifest_not_included',
      'thoth.policy.yaml:3 manifest_included_twice',
      'thoth.policy.yaml:4 manifest_include',
      'thoth.policy.yaml:5 manifest_outside',
      'y/thoth.policy.yaml:2 manifest_cycle',
      'y/thoth.policy.yaml:3 manifest_cycle',
    ]);
    expect(faults[4]?.message).toContain('x/thoth.policy.yaml → y/thoth.policy.yaml → x/thoth.policy.yaml');
    expect(faults.every((fault) => fault.fix !== undefined)).toBe(true);
  });

  it('refuses 50 MB of Rego with its place and a remedy, without reading it', async () => {
    const root = await directory({ 'a.cedar': 'a', 'huge.rego': Buffer.alloc(50 * 1024 * 1024, 0x61) });
    const { faults, bundles } = await loadPolicy(root);
    expect(faults).toMatchObject([{ file: 'huge.rego', line: 1, column: 1, code: 'policy_too_large' }]);
    expect(faults[0]?.fix).toMatch(/split/);
    expect(bundles.map(({ name }) => name)).toEqual(['a']);
  });

  it('names what a YAML author got wrong, in words and with the line under it', async () => {
    const root = await directory({
      'a.cedar': 'a',
      'b.rego': 'b',
      'thoth.policy.yaml':
        'version: 2\nbundles:\n  - { file: a.cedar, assignments: 3 }\n  - { file: b.rego, framework: CEDAR }\n  - file: policy.txt\n  - just text\n',
    });
    const { faults } = await loadPolicy(root);
    expect(faults.map(({ line, column, message }) => `${line}:${column} ${message}`)).toEqual([
      '1:10 `version` is 2; expected 1',
      '3:35 `assignments` has none of the allowed forms',
      '4:13 framework `CEDAR` contradicts the ending of `b.rego`',
      '5:11 bundle file `policy.txt` is not in the directory',
      '6:5 the entry must be a mapping',
    ]);
    const [, second] = faults;
    expect(second?.fix).toBe('Who is governed: all (the default), agent:<id> or <id>.');
    expect(second?.excerpt).toBe('  - { file: a.cedar, assignments: 3 }');
    expect(second && faultText(second)).toContain(
      `\n      - { file: a.cedar, assignments: 3 }\n${' '.repeat(4 + 34)}^`,
    );
  });

  it('says of an unknown key which one was meant, and which there are', async () => {
    const root = await directory({
      'a.cedar': 'a',
      'thoth.policy.yaml': 'include: [x]\nbundles:\n  - { file: a.cedar, moed: observe, owner: me }\n',
    });
    const { faults } = await loadPolicy(root);
    expect(faults.map(({ message, fix }) => `${message}: ${fix}`)).toEqual([
      'unknown key `include`: did you mean `includes`? it may have version, defaults, includes, bundles',
      'unknown key `moed`: did you mean `mode`? it may have file, name, framework, assignments, mode, enforcement_mode, status, description',
      'unknown key `owner`: it may have file, name, framework, assignments, mode, enforcement_mode, status, description',
    ]);
  });

  it('shows both a name that is taken and the entry that takes it again', async () => {
    const root = await directory({
      'a.cedar': 'a',
      'b.cedar': 'b',
      'thoth.policy.yaml': 'bundles:\n  - { file: a.cedar, name: x }\n  - { file: b.cedar, name: x }\n',
    });
    const { faults } = await loadPolicy(root);
    expect(faults).toMatchObject([
      { code: 'bundle_name_twice', line: 3, column: 5, excerpt: '  - { file: b.cedar, name: x }' },
    ]);
    expect(faults[0]?.message).toContain('a.cedar');
  });

  it.skipIf(process.getuid?.() === 0)('reports a folder it may not look into', async () => {
    const root = await directory({ 'a.cedar': 'a', 'closed/b.cedar': 'b' });
    await chmod(join(root, 'closed'), 0o000);
    const { faults } = await loadPolicy(root);
    await chmod(join(root, 'closed'), 0o700);
    expect(faults).toMatchObject([{ file: 'closed', code: 'policy_unreadable', line: 1 }]);
  });

  it('survives a bomb of aliases', async () => {
    const lines = ['a: &a0 [x, x, x, x, x, x, x, x, x]'];
    for (let n = 1; n < 12; n += 1)
      lines.push(`b${n}: &a${n} [${Array.from({ length: 9 }, () => `*a${n - 1}`).join(', ')}]`);
    const root = await directory({ 'a.cedar': 'a', 'thoth.policy.yaml': lines.join('\n') });
    const { faults } = await loadPolicy(root);
    expect(faults[0]?.message).toMatch(/aliases/);
  });

  it('says of a manifest that nests without end only that', async () => {
    const root = await directory({ 'a.cedar': 'a', 'thoth.policy.yaml': `bundles: ${'['.repeat(20_000)}` });
    const { faults } = await loadPolicy(root);
    expect(faults).toMatchObject([
      {
        code: 'manifest_syntax',
        message: 'it nests too deeply to be read',
        file: 'thoth.policy.yaml',
        line: 1,
      },
    ]);
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
