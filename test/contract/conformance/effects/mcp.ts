import { expect } from 'vitest';
import type { Effects, Rehearsal } from '../rehearsal.js';

const vendor = (id: string, more: object = {}) => ({
  vendor_id: id,
  display_name: `Vendor ${id}`,
  host_patterns: [`*.${id}.example`],
  ...more,
});

const create = ({ api }: Rehearsal, id: string, more: object = {}) =>
  api.call('createMcpVendor', { body: vendor(id, more) });

export const mcpEffects: Effects<
  | 'listMcpVendors'
  | 'createMcpVendor'
  | 'getMcpVendor'
  | 'updateMcpVendor'
  | 'deleteMcpVendor'
  | 'getMcpInventoryReport'
  | 'getMcpInventoryDigest'
  | 'verifyMcpCatalog'
> = {
  async listMcpVendors(stage) {
    const id = stage.fresh('vendor');
    const ids = async (approved: boolean) =>
      (await stage.api.call('listMcpVendors', { query: { approved } })).data.map((row) => row.vendor_id);
    await create(stage, id, { approved: true });
    expect(await ids(true)).toContain(id);
    expect(await ids(false)).not.toContain(id);
  },

  async createMcpVendor(stage) {
    const id = `${stage.fresh('vendor')} with a space`;
    expect(await create(stage, id)).toMatchObject({ vendor_id: id, host_patterns: [`*.${id}.example`] });
    await expect(create(stage, id)).rejects.toMatchObject({ exit: 'conflict' });
    await stage.api.call('deleteMcpVendor', { path: { vendorId: id } });
    expect(await create(stage, id)).toMatchObject({ vendor_id: id });
  },

  async getMcpVendor(stage) {
    const id = stage.fresh('vendor');
    const read = () => stage.api.call('getMcpVendor', { path: { vendorId: id } });
    await expect(read()).rejects.toMatchObject({ exit: 'notFound' });
    const created = await create(stage, id, { notes: 'seen in review' });
    expect(await read()).toEqual(created);
  },

  async updateMcpVendor(stage) {
    const id = stage.fresh('vendor');
    await create(stage, id, { approved: false });
    const written = await stage.api.call('updateMcpVendor', {
      path: { vendorId: id },
      body: { display_name: 'Renamed', host_patterns: ['one.example'], approved: true },
    });
    expect(written).toMatchObject({
      display_name: 'Renamed',
      approved: true,
      host_patterns: ['one.example'],
    });
    expect(await stage.api.call('getMcpVendor', { path: { vendorId: id } })).toEqual(written);
  },

  async deleteMcpVendor(stage) {
    const id = stage.fresh('vendor');
    await create(stage, id);
    await stage.api.call('deleteMcpVendor', { path: { vendorId: id } });
    await expect(stage.api.call('getMcpVendor', { path: { vendorId: id } })).rejects.toMatchObject({
      exit: 'notFound',
    });
  },

  async getMcpInventoryReport(stage) {
    const endpoint = stage.fresh('endpoint');
    const row = async () =>
      (await stage.api.call('getMcpInventoryReport', { query: { window_hours: 24 } })).data.find(
        (each) => each.endpoint_id === endpoint,
      );
    expect(await row()).toBeUndefined();
    const call = { endpoint_id: endpoint, metadata: { mcp_host: 'tools.nobody.example' } };
    await stage.governed(call);
    expect(await row()).toMatchObject({ unapproved_calls: 1, unapproved_hosts: ['tools.nobody.example'] });
    await create(stage, 'nobody', { approved: true });
    expect(await row()).toMatchObject({ unapproved_calls: 0, approved_calls: 1 });
  },

  async getMcpInventoryDigest(stage) {
    const read = () => stage.api.call('getMcpInventoryDigest', { query: { window_hours: 24 } });
    const before = await read();
    const endpoint = stage.fresh('endpoint');
    await stage.governed({ endpoint_id: endpoint, metadata: { mcp_host: 'rogue.example' } });
    const after = await read();
    expect(after.total_endpoints).toBe(before.total_endpoints + 1);
    expect(after.unapproved_calls).toBe(before.unapproved_calls + 1);
    expect(after.top_unapproved_endpoints.map((row) => row.endpoint_id)).toContain(endpoint);
  },

  async verifyMcpCatalog({ api, fresh }) {
    const agent = fresh('agent');
    const tool = fresh('tool');
    const verify = () => api.call('verifyMcpCatalog', { body: { principal: `agent:${agent}` } });
    expect((await verify()).allowed_tools).not.toContain(tool);
    await api.call('setAgentScope', { path: { agentId: agent }, body: { approved_scope: [tool] } });
    expect((await verify()).allowed_tools).toContain(tool);
    await api.call('createPolicyBundle', {
      body: {
        name: fresh('no-tool'),
        framework: 'CEDAR',
        raw_policy: `forbid(principal, action == Thoth::Action::"tool_call:${tool}", resource);`,
        assignments: [`agent:${agent}`],
      },
    });
    const governed = await verify();
    expect(governed.blocked_tools).toContain(tool);
    expect(governed.allowed_tools).not.toContain(tool);
  },
};
