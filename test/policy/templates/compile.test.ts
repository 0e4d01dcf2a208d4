import { mkdir, mkdtemp, readFile, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { ThothctlError } from '../../../src/errors/index.js';
import { lintDirectory } from '../../../src/policy/index.js';
import { compileTemplates } from '../../../src/policy/templates/index.js';

const root = await mkdtemp(join(tmpdir(), 'policy-templates-'));
afterAll(() => rm(root, { recursive: true, force: true }));
let made = 0;
let folder: string;
let out: string;
beforeEach(async () => {
  folder = join(root, `${(made += 1)}`);
  out = join(folder, 'out');
  await mkdir(folder);
});

const PRINCIPALS = 'agents:\n  - name: bot\n  - name: scout\n';
const RESOURCES = `resources:
  - { name: books, category: indexed, allowed_tools: [find, read], default_classification: internal }
  - { name: mail, category: live_data, allowed_tools: [send] }
  - { name: llm, category: model }
purpose_sensitivity: { work: [public, internal], chat: [public] }
`;
const GRANTS = `packs: [soc2-type2]
grants:
  - principal: agent:bot
    resources:
      - { name: books, allowed_purposes: [work], behavioral_controls: { trust_floor: 0.4, critical_threshold: 0.9 } }
      - { name: mail, behavioral_controls: { trust_floor: 0.2, mismatch_boost: 10 } }
  - principal: agent:scout
    resources: [{ name: books }]
`;

async function templates(
  given: { principals?: string; resources?: string; grants?: string } = {},
): Promise<void> {
  await writeFile(join(folder, 'principals.yaml'), given.principals ?? PRINCIPALS);
  await writeFile(join(folder, 'resources.yaml'), given.resources ?? RESOURCES);
  await writeFile(join(folder, 'grants.yaml'), given.grants ?? GRANTS);
}
const compile = (options: Partial<Parameters<typeof compileTemplates>[2]> = {}) =>
  compileTemplates(folder, out, { packs: [], write: true, overwrite: false, ...options });
const contents = async (): Promise<Record<string, string>> => {
  const files = await readdir(out, { recursive: true, withFileTypes: true });
  const paths = files.filter((each) => each.isFile()).map((each) => join(each.parentPath, each.name));
  return Object.fromEntries(
    await Promise.all(
      paths.sort().map(async (path) => [path.slice(out.length), await readFile(path, 'utf8')]),
    ),
  );
};
async function faults(): Promise<string[]> {
  const error: unknown = await compile().then(
    () => undefined,
    (cause: unknown) => cause,
  );
  expect(error).toBeInstanceOf(ThothctlError);
  const found = (error as ThothctlError).details?.['diagnostics'] as {
    file: string;
    line: number;
    column: number;
    code: string;
    excerpt: string;
  }[];
  for (const { excerpt } of found) expect(excerpt).toMatch(/^\S|^ +\S/u);
  return found.map(({ file, line, column, code }) => `${file}:${line}:${column} ${code}`);
}

describe('what does not fit', () => {
  it('is listed at once, in all three files, each with its place; and nothing is written', async () => {
    await templates({
      principals: 'agents:\n  - name: bot\n  - name: bot\n  - name: <your agent>\n  - nam: x\n',
      resources: `resources:
  - { name: books, category: shelf, allowed_tools: [find] }
`,
      grants: `grants:
  - principal: agent:bot
    resources: [{ name: books, behavioral_controls: { trust_floor: 2 } }]
`,
    });
    expect(await faults()).toEqual([
      'grants.yaml:3:68 manifest_value',
      'principals.yaml:4:11 template_placeholder',
      'principals.yaml:5:5 manifest_value',
      'principals.yaml:5:5 manifest_key',
      'resources.yaml:2:30 manifest_value',
    ]);
    await expect(readdir(out)).rejects.toThrow('ENOENT');
  });

  it('is found between the files', async () => {
    await templates({
      principals: 'agents:\n  - name: bot\n  - name: bot\nhuman_roles: [{ name: clerk }]\n',
      resources: `${RESOURCES.replace('[send]', '[send, "mail_*"]')}  # end\n`.replace(
        '  - { name: llm',
        '  - { name: bare, category: indexed }\n  - { name: llm',
      ),
      grants: `grants:
  - principal: agent:nobody
    resources: [{ name: bookz }]
  - principal: bot
    resources: [{ name: books, allowed_purposes: [wrok], behavioral_controls: { trust_floor: 0.1 } }]
  - principal: agent:bot
    resources: [{ name: books, behavioral_controls: { trust_floor: 0.1 } }]
    models: [{ name: books }]
`,
    });
    expect(await faults()).toEqual([
      'grants.yaml:2:16 template_unknown',
      'grants.yaml:3:25 template_unknown',
      'grants.yaml:4:16 template_principal',
      'grants.yaml:5:51 template_unknown',
      'grants.yaml:7:53 template_no_pack',
      'grants.yaml:8:22 template_unknown',
      'principals.yaml:3:11 template_name_twice',
      'resources.yaml:3:62 template_tool_name',
      'resources.yaml:4:5 template_no_tools',
    ]);
  });

  it('but may stay is warned about', async () => {
    await templates({
      principals: `${PRINCIPALS}  - name: idle\nhuman_roles: [{ name: clerk }]\n`,
      grants: `packs: [house-rules]
grants:
  - principal: agent:bot
    resources: [{ name: books, allowed_purposes: [chat] }]
    models: [{ name: llm, token_budget_daily: 5 }]
  - principal: agent:scout
  - principal: role:clerk
    resources: [{ name: books, behavioral_controls: { trust_floor: 0.1 } }]
`,
    });
    const { diagnostics } = await compile();
    expect(diagnostics.map(({ severity, code }) => `${severity} ${code}`)).toEqual([
      'warning template_unknown_pack',
      'warning template_never_allowed',
      'warning template_not_enforced',
      'warning template_not_enforced',
      'warning template_no_grant',
    ]);
  });

  it.each(['principals', 'resources', 'grants'])('or is not there: %s.yaml', async (name) => {
    await templates();
    await rm(join(folder, `${name}.yaml`));
    await expect(compile()).rejects.toMatchObject({
      exit: 'usage',
      message: expect.stringContaining(`${name}.yaml`),
    });
  });
});

describe('what is compiled', () => {
  it('passes lint, and has the strictest controls of all grants', async () => {
    await templates();
    await compile();
    expect(await lintDirectory(join(out, 'policies'))).toMatchObject({ errors: 0, warnings: 0 });
    expect(JSON.parse((await contents())['/packs/bot.json'] ?? '')).toEqual({
      pack_ids: ['soc2-type2'],
      agent_ids: ['bot'],
      overrides_by_pack: {
        'soc2-type2': {
          behavioral_controls: { trust_floor: 0.2, critical_threshold: 0.9, mismatch_boost: 10 },
        },
      },
    });
  });

  it('keeps to its folder and to the language whatever the names are', async () => {
    const name = '../../"} evil\\n${x}';
    await templates({
      principals: `agents: [{ name: ${JSON.stringify(name.replace('${x}', '$x'))} }]\n`,
      grants: 'grants: []\n',
    });
    await expect(compile()).rejects.toMatchObject({ exit: 'usage' });
    await templates({
      principals: `agents: [{ name: ${JSON.stringify('../../"} evil\n# "')} }, { name: bot }]\n`,
      grants: GRANTS.replace(/ {2}- principal: agent:scout\n.*\n/u, ''),
    });
    await compile();
    expect(Object.keys(await contents()).every((path) => /^\/[\w./-]+$/u.test(path))).toBe(true);
    expect((await readdir(folder)).sort()).toEqual([
      'grants.yaml',
      'out',
      'principals.yaml',
      'resources.yaml',
    ]);
    expect(await lintDirectory(join(out, 'policies'))).toMatchObject({ errors: 0 });
  });

  it('does not depend on the order in which anything is written', async () => {
    await templates();
    await compile();
    const first = await contents();
    const lines = (text: string): string[] => text.split('\n').filter((line) => line.startsWith('  - '));
    await fc.assert(
      fc.asyncProperty(
        fc.shuffledSubarray(lines(PRINCIPALS), { minLength: 2 }),
        fc.shuffledSubarray(lines(RESOURCES), { minLength: 3 }),
        fc.boolean(),
        async (principals, resources, turned) => {
          const [head = '', ...grants] = GRANTS.split(/(?= {2}- principal)/u);
          await templates({
            principals: `agents:\n${principals.join('\n')}\n`,
            resources: `purpose_sensitivity: { chat: [public], work: [internal, public] }\nresources:\n${resources.join('\n')}\n`,
            grants: [head, ...(turned ? grants.reverse() : grants)].join(''),
          });
          expect((await compile()).changes).toEqual([]);
        },
      ),
      { numRuns: 15 },
    );
    expect(await contents()).toEqual(first);
  });
});

describe('the folder', () => {
  it('changes only where the templates did, and only when it is to be written', async () => {
    await templates();
    expect((await compile({ write: false })).changes).toHaveLength(8);
    await expect(readdir(out)).rejects.toThrow('ENOENT');
    await compile();
    const before = await contents();
    expect((await compile()).changes).toEqual([]);
    await writeFile(join(out, 'README.md'), 'mine');
    await templates({
      principals: 'agents: [{ name: bot }]\n',
      grants: GRANTS.replace(/ {2}- principal: agent:scout\n.*\n/u, ''),
    });
    expect((await compile()).changes).toEqual([
      { file: 'packs/scout.json', change: 'delete' },
      { file: 'policies/grants-agent-scout.rego', change: 'delete' },
      { file: 'policies/thoth.policy.yaml', change: 'replace' },
      { file: 'scopes/scout.json', change: 'delete' },
      { file: 'thoth.tenant.yaml', change: 'replace' },
    ]);
    const after = await contents();
    expect(after['/README.md']).toBe('mine');
    expect(after['/policies/grants-agent-bot.rego']).toBe(before['/policies/grants-agent-bot.rego']);
    expect(Object.keys(after).filter((path) => path.includes('scout'))).toEqual([]);
  });

  it('keeps what a person edited or put there, until told otherwise', async () => {
    await templates();
    await compile();
    const edited = join(out, 'scopes/bot.json');
    await writeFile(edited, '{}');
    await expect(compile()).rejects.toMatchObject({ exit: 'conflict', code: 'local_edits' });
    expect(await readFile(edited, 'utf8')).toBe('{}');
    expect((await compile({ overwrite: true })).changes).toEqual([
      { file: 'scopes/bot.json', change: 'replace' },
    ]);
    expect((await compile()).changes).toEqual([]);
  });

  it('is never left through a link, nor by a list of files somebody wrote', async () => {
    await templates();
    await compile();
    const elsewhere = join(folder, 'elsewhere');
    await mkdir(elsewhere);
    await rm(join(out, 'scopes'), { recursive: true });
    await symlink(elsewhere, join(out, 'scopes'));
    await expect(compile()).rejects.toMatchObject({ exit: 'usage' });
    expect(await readdir(elsewhere)).toEqual([]);
    await writeFile(
      join(out, 'thothctl.compiled.json'),
      JSON.stringify({ version: 1, files: { '../grants.yaml': '0' } }),
    );
    await expect(compile()).rejects.toMatchObject({ code: 'compiled_list_damaged' });
  });
});
