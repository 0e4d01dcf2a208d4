import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startCustomInventory, type CustomInventory } from '../../doubles/custom-inventory.double.js';
import type { VendorDouble } from '../../doubles/http-double.js';
import { managedDevice, startIntune, type Intune } from '../../doubles/intune.double.js';
import { jamfComputer, startJamfPro, type JamfPro } from '../../doubles/jamf-pro.double.js';
import { kandjiDevice, startKandji, type Kandji } from '../../doubles/kandji.double.js';
import {
  startWorkspaceOne,
  workspaceOneDevice,
  type WorkspaceOne,
} from '../../doubles/workspace-one.double.js';
import { series, startSyncRig, type SyncRig } from './sync-rig.js';

let rig: SyncRig;
let jamf: JamfPro;
let intune: Intune;
let ws1: WorkspaceOne;
let kandji: Kandji;
let custom: CustomInventory;

beforeAll(async () => {
  rig = await startSyncRig();
  jamf = await startJamfPro(series(450, jamfComputer));
  intune = await startIntune(series(250, managedDevice));
  ws1 = await startWorkspaceOne(series(1_100, workspaceOneDevice));
  kandji = await startKandji(series(610, kandjiDevice));
  custom = await startCustomInventory([]);
});
afterAll(async () => {
  await rig.thoth.stop();
  await Promise.all([jamf, intune, ws1, kandji, custom].map((double) => double.stop()));
  expect(rig.thoth.faults).toEqual([]);
});

const jamfConfig = (more = {}) => ({
  base_url: jamf.url,
  client_id: jamf.client.clientId,
  client_secret: jamf.client.clientSecret,
  ...more,
});
const intuneConfig = (more = {}) => ({
  azure_tenant_id: intune.directory,
  client_id: intune.client.clientId,
  client_secret: intune.client.clientSecret,
  authority: intune.url,
  base_url: intune.url,
  ...more,
});
const ws1Config = (more = {}) => ({
  base_url: ws1.url,
  tenant_code: ws1.tenantCode,
  client_id: ws1.client.clientId,
  client_secret: ws1.client.clientSecret,
  token_url: `${ws1.url}/connect/token`,
  ...more,
});
const kandjiConfig = (more = {}) => ({ api_url: kandji.url, api_token: kandji.token, ...more });
const pagesOf = (double: VendorDouble, part: string) => double.requests.filter((line) => line.includes(part));

describe('Jamf Pro', () => {
  it('is read to its last page, and its computers become endpoints', async () => {
    await rig.upsert('jamf', jamfConfig());
    expect(await rig.sync('jamf')).toMatchObject({
      status: 'succeeded',
      synced_endpoints: 450,
      unassigned_count: 0,
      pages: 3,
      devices_seen: 450,
      total_devices: 450,
    });
    expect(pagesOf(jamf, 'computers-inventory')).toHaveLength(3);
    expect(pagesOf(jamf, 'section=USER_AND_LOCATION')).toHaveLength(3);
    expect(await rig.endpoint(`jamf-${jamfComputer(7).udid}`)).toMatchObject({
      hostname: 'mac-7',
      os: 'macos',
      os_version: '15.1',
      employee_name: 'User 7',
      employee_email: 'user7@example.com',
      enrollment: 'jamf',
      provider: 'jamf',
    });
  });

  it('is signed in to again when the token ends between two pages, whether it was told so or not', async () => {
    const before = jamf.client.issued;
    let pages = 0;
    jamf.onInventory = () => {
      pages += 1;
      if (pages === 2) jamf.client.expireTokens();
    };
    expect(await rig.sync('jamf')).toMatchObject({ status: 'succeeded', synced_endpoints: 450 });
    jamf.onInventory = undefined;
    const afterRefusal = jamf.client.issued;
    expect([afterRefusal, pages]).toEqual([before + 2, 4]);
    // A token too short for even one request is renewed ahead of each page, and never refused.
    jamf.client.lifeSeconds = 0.001;
    jamf.requests.length = 0;
    expect((await rig.sync('jamf')).status).toBe('succeeded');
    jamf.client.lifeSeconds = 59;
    expect(jamf.client.issued).toBe(afterRefusal + 3);
    expect(pagesOf(jamf, 'computers-inventory')).toHaveLength(3);
  });

  it('that asks for patience gets it', async () => {
    jamf.instead.push(
      { status: 429, headers: { 'retry-after': '1' }, body: {} },
      { status: 503, headers: { 'retry-after': '0' }, body: 'busy' },
    );
    const started = Date.now();
    expect(await rig.sync('jamf')).toMatchObject({ status: 'succeeded', synced_endpoints: 450 });
    expect(Date.now() - started).toBeGreaterThanOrEqual(1_000);
  });

  it('that says no is passed on with what to mend', async () => {
    jamf.mayReadComputers = false;
    expect((await rig.sync('jamf')).error).toMatch(/403 \(INVALID_PRIVILEGE\).*Read Computers/);
    jamf.mayReadComputers = true;
    await rig.upsert('jamf', jamfConfig({ client_secret: 'not-the-secret' }));
    const { error } = await rig.sync('jamf');
    expect(error).toMatch(/401 \(invalid_client\) and refuses the credentials: check client_id/);
    expect(error).not.toContain('not-the-secret');
    await rig.upsert('jamf', jamfConfig({ base_url: `${jamf.url}/elsewhere` }));
    expect((await rig.sync('jamf')).error).toMatch(/404.*base_url is/);
    await rig.upsert('jamf', jamfConfig());
  });

  it('that never stops asking for patience fails the job, and so does one that asks for hours', async () => {
    const throttled = { status: 429, headers: { 'retry-after': '0' }, body: {} };
    jamf.instead.push(...series(6, () => throttled));
    expect((await rig.sync('jamf')).error).toMatch(/429 until the attempts ran out/);
    expect(jamf.instead).toEqual([]);
    jamf.instead.push({ status: 429, headers: { 'retry-after': '7200' }, body: {} });
    expect((await rig.sync('jamf')).error).toMatch(/asks to wait 7200 seconds/);
  });

  it('that answers with garbage fails the job in words', async () => {
    jamf.instead.push({ status: 200, body: '<html>Sign in</html>' });
    expect((await rig.sync('jamf')).error).toMatch(/not JSON: base_url is/);
    jamf.instead.push({ status: 200, body: { results: 'many' } });
    expect((await rig.sync('jamf')).error).toBe('the inventory has no list results');
    jamf.instead.push({ status: 302, headers: { location: 'https://elsewhere.example/' }, body: {} });
    expect((await rig.sync('jamf')).error).toMatch(/redirects are not followed/);
  });
});

describe('Microsoft Intune', () => {
  it('is read along the links of Graph', async () => {
    await rig.upsert('intune', intuneConfig());
    expect(await rig.sync('intune')).toMatchObject({
      status: 'succeeded',
      synced_endpoints: 250,
      pages: 3,
      total_devices: 250,
    });
    expect(await rig.endpoint('intune-dev-250')).toMatchObject({
      hostname: 'DESKTOP-250',
      os: 'windows',
      employee_email: 'user250@example.com',
      enrollment: 'intune',
    });
  });

  it('is given the time its throttling asks for', async () => {
    intune.instead.push({
      status: 429,
      headers: { 'retry-after': new Date(Date.now() + 1_000).toUTCString() },
      body: { error: { code: 'TooManyRequests', message: 'Please retry again later.' } },
    });
    expect((await rig.sync('intune')).status).toBe('succeeded');
  });

  it('names its own error and the permission that is missing', async () => {
    intune.mayReadDevices = false;
    expect((await rig.sync('intune')).error).toMatch(
      /403 \(Forbidden\).*DeviceManagementManagedDevices\.Read\.All.*admin consent/,
    );
    intune.mayReadDevices = true;
    await rig.upsert('intune', intuneConfig({ client_secret: 'wrong' }));
    expect((await rig.sync('intune')).error).toMatch(/invalid_client, AADSTS7000215/);
    await rig.upsert('intune', intuneConfig({ azure_tenant_id: 'another' }));
    expect((await rig.sync('intune')).error).toMatch(/AADSTS90002.*azure_tenant_id/);
    await rig.upsert('intune', intuneConfig());
  });

  it('is not followed to another host, nor in a circle', async () => {
    const page = (link: string) => ({ status: 200, body: { value: [], '@odata.nextLink': link } });
    intune.instead.push(page('https://graph.example/v1.0/devices?$skiptoken=1'));
    expect((await rig.sync('intune')).error).toMatch(/on another host/);
    intune.instead.push(page(`${intune.url}/a`), page(`${intune.url}/b`), page(`${intune.url}/a`));
    expect((await rig.sync('intune')).error).toMatch(/in a circle/);
  });
});

describe('Workspace ONE UEM', () => {
  it('is read to its last page, also when the server serves smaller pages than asked for', async () => {
    await rig.upsert('workspace_one', ws1Config());
    const job = { status: 'succeeded', synced_endpoints: 1_100, total_devices: 1_100 };
    expect(await rig.sync('workspace_one')).toMatchObject({ ...job, pages: 3 });
    ws1.maxPageSize = 300;
    expect(await rig.sync('workspace_one')).toMatchObject({ ...job, pages: 4 });
    expect(await rig.endpoint('workspace_one-WS100000009')).toMatchObject({
      hostname: 'laptop-9',
      os: 'windows',
      employee_name: 'User 9',
      enrollment: 'workspace_one',
    });
  });

  it('takes an admin account too, and 204 for nothing found', async () => {
    await rig.upsert(
      'workspace_one',
      ws1Config({ client_id: null, client_secret: null, token_url: null, ...ws1.account }),
    );
    const { devices } = ws1;
    ws1.devices = [];
    expect(await rig.sync('workspace_one')).toMatchObject({ status: 'succeeded', synced_endpoints: 0 });
    ws1.devices = devices;
    await rig.upsert('workspace_one', { tenant_code: 'another' });
    expect((await rig.sync('workspace_one')).error).toMatch(/401 \(1005\).*tenant_code/);
  });
});

describe('Kandji', () => {
  it('is read until a page is empty', async () => {
    await rig.upsert('kandji', kandjiConfig());
    expect(await rig.sync('kandji')).toMatchObject({
      status: 'succeeded',
      synced_endpoints: 610,
      pages: 4,
      total_devices: null,
    });
    expect(pagesOf(kandji, 'offset').at(-1)).toBe('GET /api/v1/devices?limit=300&offset=610');
  });

  it('names the permission its token lacks', async () => {
    kandji.mayListDevices = false;
    expect((await rig.sync('kandji')).error).toMatch(/403, a permission is missing.*Device list/);
    kandji.mayListDevices = true;
    await rig.upsert('kandji', kandjiConfig({ api_token: 'revoked' }));
    expect((await rig.sync('kandji')).error).toMatch(/refuses the credentials: check api_token/);
  });
});

describe('a custom inventory', () => {
  it('is read by link and by cursor, as a list too', async () => {
    await rig.upsert('custom', { endpoint: `${custom.url}/inventory`, api_token: custom.token });
    custom.devices = series(5, (number) => ({ id: `d${number}`, hostname: `host-${number}` }));
    expect(await rig.sync('custom')).toMatchObject({
      status: 'succeeded',
      synced_endpoints: 5,
      unassigned_count: 5,
      pages: 3,
      total_devices: 5,
    });
    custom.requests.length = 0;
    custom.instead.push({ status: 200, body: { items: [{ id: 'd6' }], next_cursor: 'c 2' } });
    custom.instead.push({ status: 200, body: [{ id: 'd7' }] });
    expect(await rig.sync('custom')).toMatchObject({ status: 'succeeded', synced_endpoints: 2 });
    expect(custom.requests).toEqual(['GET /inventory', 'GET /inventory?cursor=c+2']);
  });
});
