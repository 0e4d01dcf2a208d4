import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LocalPlane } from './local-plane.js';

let plane: LocalPlane;
let keyId: string;
let key: string;
let fleetId: string;
const file = (name: string): string => join(plane.home, name);

beforeAll(async () => {
  plane = await LocalPlane.start('--allow-private-delivery');
  await writeFile(file('f.json'), '{"base_url":"https://jamf.example","client_id":"c","client_secret":"s"}');
  await writeFile(
    file('p.rego'),
    'package thoth\n\nimport rego.v1\n\ndeny contains "no" if {\n\tinput.principal.id == "x"\n\tinput.action == "tool_call:x"\n\tinput.context.purpose == "y"\n}\n',
  );
  await writeFile(
    file('p.cedar'),
    'forbid (principal, action, resource) when { context.purpose == "none" };\n',
  );
  const created = await plane.json('api-keys', 'create', '--organization', '--permission', 'execute');
  keyId = String(created['key_id']);
  key = String(created['api_key']);
  await plane.enforce(key, 'read_file');
  fleetId = String((await plane.json('fleets', 'create', 'Scripts'))['fleet_id']);
});
afterAll(() => plane.remove());

/** Lines of existing scripts; T is the tenant, {…} a file or an id made above. Anything but exit 0 is listed. */
const LINES: readonly (readonly [line: string, exit?: number])[] = [
  ['--version'],
  [
    'bootstrap --govapi-url {url} --tenant-id T --timeout-seconds 20 --org-api-key {orgkey} --compliance-profile soc2 --regulatory-regime soc2 --shadow-low allow --shadow-medium step_up --shadow-high block --shadow-critical block --json',
  ],
  [
    'bootstrap --tenant-id T --webhook-url https://hooks.invalid/x --webhook-secret S --webhook-enabled true --json',
  ],
  [
    'bootstrap --tenant-id T --mdm-provider jamf --mdm-name jamf-prod --mdm-enabled true --mdm-config-file {f.json} --start-sync --json',
  ],
  [
    'bootstrap --tenant-id T --secret-broker-provider custom --secret-broker-enabled true --secret-broker-strict-endpoint-mode --secret-broker-fail-on-missing-secret --secret-broker-allowed-host h --secret-broker-auth-binding h:Authorization:op://v/i/f',
  ],
  ['bootstrap --tenant-id T --tool-risk-override send_email=high'],
  [
    'settings get --tenant-id T --apex-domain local.invalid --govapi-url {url} --auth-token-file {data/admin-token} --json',
  ],
  ['mdm list --tenant-id T --json'],
  ['browser providers list --tenant-id T --json'],
  ['browser policies list --tenant-id T --json'],
  ['browser enrollments list --tenant-id T --json'],
  ['browser sync --tenant-id T'],
  ['approvals list --tenant-id T --json'],
  ['approvals tools --tenant-id T --json'],
  [
    'api-keys create --tenant-id T --agent-id F --permission execute --permission read --ttl-seconds 604800 --json',
  ],
  ['api-keys create --scope organization --permission read --json'],
  [
    'api-keys create --tenant-id T --fleet-id {fleet} --permission execute --permission read --ttl-seconds 604800 --json',
  ],
  ['api-keys create --tenant-id T --fleet-id F --permission execute --json', 2],
  ['endpoints list --tenant-id T --json'],
  ['endpoints stats --tenant-id T --json'],
  ['api-keys create --tenant-id T --permission execute --json', 2],
  ['api-keys authorize --tenant-id T --key-id {keyid} --api-key --permission execute --organization --json'],
  [
    'api-keys authorize --tenant-id T --key-id {keyid} --api-key --permission write --organization --json',
    10,
  ],
  [
    'governance policy-bundles upsert --tenant-id T --name n --framework OPA --raw-policy-file {p.rego} --assignment all --enforcement-mode enforce --json',
  ],
  [
    'governance policy-bundles upsert --tenant-id T --name n --framework CEDAR --raw-policy-file {p.cedar} --assignment agent:a --assignment agent:b --enforcement-mode enforce --json',
  ],
  [
    'governance policy-bundles upsert --tenant-id T --name n --framework OPA --s3-uri s3://b/k --s3-version-id v --expected-hash sha256:00 --assignment all --enforcement-mode enforce --json',
    2,
  ],
  ['governance policy-bundles list --tenant-id T --json'],
  ['governance policy-bundles rollback --tenant-id T --bundle-id {bundle} --json'],
  ['pam callback --tenant-id T --approval-id apr_none --decision approve --callback-secret S --json', 4],
  ['governance packs --tenant-id T --json'],
  [
    'governance apply-packs --tenant-id T --environment dev --all-agents --pack-id soc2-type2 --pack-id gdpr-ai-agents --mismatch-boost 25 --delegation-boost 12 --trust-floor 0.20 --critical-threshold 0.85 --overrides-by-pack-json {"soc2-type2":{"behavioral_controls":{"trust_floor":0.1}}} --json',
  ],
  ['governance apply-packs --tenant-id T --pack-id soc2-type2 --json', 2],
  ['governance apply-packs --tenant-id T --pack-id soc2-type2 --all-agents --agent-id a --json', 2],
  ['governance apply-packs --tenant-id T --pack-id nope --agent-id a --json', 2],
  ['governance runtime-status --tenant-id T --json'],
  ['governance runtime-status --tenant-id T --environment dev --json'],
  ['evidence verify --tenant-id T --json'],
  ['evidence chain --tenant-id T --limit 100 --json'],
  ['evidence slos --tenant-id T --json'],
  ['evidence backfill --tenant-id T'],
  ['evidence decision-backfill --tenant-id T'],
  ['governance day7-report --tenant-id T --days 7 --json'],
  ['governance reports-overview --tenant-id T --days 30 --json'],
  ['billing estimate --tenant-id T --json'],
  ['billing credit-bank --tenant-id T --json'],
  ['billing invoices --tenant-id T --limit 50 --output {invoices.json} --json'],
  ['billing artifacts --tenant-id T --output {artifacts.json}'],
  ['billing artifacts --tenant-id T --year 2026 --month 5', 6],
  ['evidence bundle --tenant-id T --session-id sess-1 --output {bundle.json}'],
];

describe('lines of existing scripts', () => {
  it.each(LINES.map(([line, exit = 0]) => ({ line, exit })))('$line', async ({ line, exit }) => {
    const bundle = line.includes('{bundle}')
      ? String(Reflect.get(Object(((await plane.json('policy', 'list'))['data'] as unknown[])[0]), 'id'))
      : '';
    const orgKey = line.includes('{orgkey}')
      ? String(
          (
            await plane.json(
              'api-keys',
              'create',
              '--organization',
              '--permission',
              'read',
              '--permission',
              'write',
            )
          )['api_key'],
        )
      : '';
    const known: Record<string, string> = {
      url: plane.url,
      orgkey: orgKey,
      keyid: keyId,
      fleet: fleetId,
      bundle,
    };
    const args = line
      .split(' ')
      .map((word) =>
        word === 'T'
          ? 'local'
          : word.replace(/^\{([^{}"]+)\}$/, (_, name: string) => known[name] ?? file(name)),
      );
    const result = await plane.run(args, { THOTH_CHECKED_API_KEY: key });
    expect(result.exit, `${result.stdout}${result.stderr}`).toBe(exit);
    if (line.endsWith('--json')) expect(typeof JSON.parse(result.stdout)).toBe('object');
  });

  it('signs in with a code given on the command line, and writes only the file named', async () => {
    const { code } = await plane.json('server', 'token', '--admin-email', 'a@b.c');
    const target = file('session.jwt');
    const args = [
      'auth',
      'login',
      '--tenant-id',
      'local',
      '--admin-email',
      'a@b.c',
      '--customer-domain',
      'b.c',
    ];
    const home = join(plane.home, 'fresh');
    const result = await plane.run(
      [
        ...args,
        '--govapi-url',
        plane.url,
        '--auth-token-file',
        target,
        '--auth-code',
        String(code),
        '--json',
      ],
      { THOTHCTL_CONFIG_DIR: home },
    );
    expect(result.exit, result.stderr).toBe(0);
    expect(JSON.parse(result.stdout)).toMatchObject({
      tenant_id: 'local',
      principal: 'a@b.c',
      stored_in: target,
    });
    const status = await plane.run(
      [
        'auth',
        'status',
        '--tenant-id',
        'local',
        '--govapi-url',
        plane.url,
        '--auth-token-file',
        target,
        '--json',
      ],
      { THOTHCTL_CONFIG_DIR: home },
    );
    expect(JSON.parse(status.stdout)).toMatchObject({ principal: 'a@b.c', context: null });
    const again = await plane.run(
      [
        ...args,
        '--govapi-url',
        plane.url,
        '--auth-token-file',
        `${target}2`,
        '--auth-code',
        String(code),
        '--json',
      ],
      { THOTHCTL_CONFIG_DIR: home },
    );
    expect(again.exit).toBe(4);
  });
});
