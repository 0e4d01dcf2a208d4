import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decide } from '../../src/engine/decide.js';
import {
  judgeMcpCall,
  NO_MCP_CONTROL,
  type McpControl,
  type McpVendorRule,
} from '../../src/engine/mcp/control.js';
import { bareHost, coversHost, mcpHost } from '../../src/engine/mcp/host.js';
import { NO_FACTS, request, snapshot } from './fixtures.js';

const vendor = (over: Partial<McpVendorRule> = {}): McpVendorRule => ({
  id: 'openai',
  approved: true,
  hostPatterns: ['api.openai.com', '*.openai.com'],
  allowedTools: undefined,
  blockedTools: [],
  ...over,
});
const control = (over: Partial<McpControl> = {}): McpControl => ({
  ...NO_MCP_CONTROL,
  enabled: true,
  vendors: [vendor()],
  ...over,
});

describe('the MCP server of a call', () => {
  it.each([
    ['api.openai.com', 'api.openai.com'],
    ['HTTPS://API.OpenAI.com:8443/mcp?x=1', 'api.openai.com'],
    ['wss://api.openai.com./', 'api.openai.com'],
    ['https://api.openai.com@evil.example/', 'evil.example'],
    ['https://evil.example\\@api.openai.com/', 'evil.example'],
    ['https://evil.example#api.openai.com', 'evil.example'],
    ['0x7f.1', '127.0.0.1'],
    ['*.openai.com', '*.openai.com'],
    ['*', '*'],
    ['not a host', 'not a host'],
  ])('%s is %s', (address, host) => {
    expect(bareHost(address)).toBe(host);
  });

  it('comes from the metadata, and from nothing else', () => {
    expect(mcpHost(undefined)).toBeUndefined();
    expect(mcpHost({ mcp_host: 7, policy_context: { mcp_host: 'a.example' } })).toBeUndefined();
    expect(mcpHost({ mcp_host: ' ', mcp_server_url: 'https://b.example/mcp' })).toBe('b.example');
    expect(mcpHost({ mcp_runtime_identity: 'spiffe-ish' })).toBeUndefined();
    expect(mcpHost({ mcp_runtime_identity: 'https://c.example' })).toBe('c.example');
  });

  it('is always short enough to be recorded', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string(), fc.webUrl(), fc.string({ minLength: 300, maxLength: 400 })),
        (text) => {
          const host = bareHost(text);
          expect(host.length).toBeLessThanOrEqual(253);
          expect(bareHost(host)).toBe(host);
        },
      ),
    );
  });
});

describe('a host too long for the DNS', () => {
  it.each([
    ['a host', `${'a'.repeat(242)}.openai.com`],
    ['a text that is none', `api.openai.com${' '.repeat(239)}`],
  ])('%s is not taken for the approved one it begins with', (_, start) => {
    expect(start).toHaveLength(253);
    const cut = bareHost(`${start}.evil.example`);
    expect(cut).toHaveLength(253);
    expect(coversHost('*.openai.com', cut)).toBe(false);
    expect(coversHost('api.openai.com', cut)).toBe(false);
  });

  it('reads a name with final dots as the name', () => {
    expect(bareHost('0x7f..')).toBe('0.0.0.127');
    expect(bareHost('.')).toBe('');
  });
});

describe('a host pattern', () => {
  it('covers what its stars leave room for', () => {
    expect(coversHost('*.openai.com', 'api.eu.openai.com')).toBe(true);
    expect(coversHost('*.openai.com', 'openai.com')).toBe(false);
    expect(coversHost('*.openai.com', 'evilopenai.com')).toBe(false);
    expect(coversHost('api-*.corp.example', 'api-7.corp.example')).toBe(true);
    expect(coversHost('a*a', 'a')).toBe(false);
    expect(coversHost('*', 'anything.example')).toBe(true);
  });

  it('agrees with a plain reading of stars', () => {
    const letters = fc.string({ unit: fc.constantFrom('a', 'b', '.'), maxLength: 6 });
    fc.assert(
      fc.property(fc.array(letters, { minLength: 1, maxLength: 4 }), letters, (parts, host) => {
        const plain = new RegExp(`^${parts.map((part) => part.replaceAll('.', '\\.')).join('.*')}$`);
        expect(coversHost(parts.join('*'), host)).toBe(plain.test(host));
      }),
    );
  });
});

describe('MCP control', () => {
  it('admits hosts of approved vendors and of the list', () => {
    expect(judgeMcpCall(control(), 'api.openai.com', 'x')).toBeUndefined();
    expect(judgeMcpCall(control(), 'evil.example', 'x')).toBe('mcp_host_not_approved');
    const unapproved = control({ vendors: [vendor({ approved: false })] });
    expect(judgeMcpCall(unapproved, 'api.openai.com', 'x')).toBe('mcp_host_not_approved');
    expect(judgeMcpCall({ ...unapproved, approvedOnly: false }, 'api.openai.com', 'x')).toBeUndefined();
    const listed = { ...unapproved, approvedHostPatterns: ['api.openai.com'] };
    expect(judgeMcpCall(listed, 'api.openai.com', 'x')).toBeUndefined();
  });

  it('goes by the tools of the vendor', () => {
    const limited = control({ vendors: [vendor({ allowedTools: ['tool_call:a'], blockedTools: ['b'] })] });
    expect(judgeMcpCall(limited, 'api.openai.com', 'a')).toBeUndefined();
    expect(judgeMcpCall(limited, 'api.openai.com', 'c')).toBe('mcp_tool_not_allowed');
    const twice = control({ vendors: [vendor(), vendor({ id: 'other', blockedTools: ['b'] })] });
    expect(judgeMcpCall(twice, 'api.openai.com', 'b')).toBe('mcp_tool_not_allowed');
  });

  const decided = (mcpControl: McpControl, metadata?: Record<string, unknown>) =>
    decide(request({ metadata }), snapshot({ mcpControl }), NO_FACTS, []);

  it('refuses, marks, or keeps out of it', () => {
    const refused = decided(control(), { mcp_host: 'evil.example' });
    expect(refused).toMatchObject({
      decision: 'BLOCK',
      reasonCode: 'mcp_host_not_approved',
      violation: true,
    });
    expect(refused.matchedRuleIds).toEqual(['mcp-control']);
    expect(decided(control({ observeOnly: true }), { mcp_host: 'evil.example' })).toMatchObject({
      decision: 'ALLOW',
      flags: ['mcp_host_not_approved'],
    });
    expect(decided(control({ enabled: false }), { mcp_host: 'evil.example' })).toMatchObject({
      decision: 'ALLOW',
      flags: [],
    });
    expect(decided(control()).decision).toBe('ALLOW');
  });
});
