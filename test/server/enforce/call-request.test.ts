import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readEnforceCall } from '../../../src/server/enforce/call-request.js';
import { HttpError, type Principal } from '../../../src/server/http/port.js';
import { CALL } from './data-plane.js';

const NOW = '2026-01-02T03:04:05.000Z';
const principal = (scope: Principal['scope'] = { level: 'organization', targetId: null }): Principal => ({
  tenantId: 'acme',
  kind: 'api_key',
  credentialId: 'key_1',
  name: 'agent',
  permissions: new Set(['execute']),
  scope,
});
const read = (members: object, who = principal()) =>
  readEnforceCall({ ...CALL, tenant_id: 'acme', ...members }, who, NOW);

describe('a narrowed call', () => {
  it('never throws anything but a 400 or 403, whatever arrives', () => {
    const member = fc.constantFrom(
      'agent_id',
      'tenant_id',
      'tool_name',
      'enforcement_mode',
      'approved_scope',
      'session_tool_calls',
      'tool_args',
      'metadata',
      'delegation_context',
      'environment',
    );
    fc.assert(
      fc.property(fc.dictionary(member, fc.jsonValue()), (members) => {
        try {
          const { request } = read(members);
          expect(request.tenantId).toBe('acme');
          expect(request.receivedAt).toBe(NOW);
          expect(['observe', 'step_up', 'block', 'progressive']).toContain(request.mode);
        } catch (error) {
          expect(error).toBeInstanceOf(HttpError);
          if (error instanceof HttpError) expect([400, 403]).toContain(error.status);
        }
      }),
    );
    for (const body of [null, undefined, 7, 'x', [], {}]) {
      expect(() => readEnforceCall(body, principal(), NOW)).toThrow(HttpError);
    }
  });

  it('keeps the newest of a history that grew without limit', () => {
    const history = Array.from({ length: 1000 }, (_, at) => `tool-${at}`);
    const { request } = read({ session_tool_calls: history });
    expect(request.sessionToolCalls).toHaveLength(128);
    expect(request.sessionToolCalls.at(-1)).toBe('tool-999');
  });

  it('reads environment as Python writes it, and prod when it is blank', () => {
    expect(read({ environment: ' Staging ' }).request.environment).toBe('staging');
    expect(read({ environment: '' }).request.environment).toBe('prod');
    expect(read({ environment: undefined }).request.environment).toBe('prod');
  });

  it.each(['agent', 'endpoint', 'fleet'] as const)(
    'fills in the target of a %s key and refuses another',
    (level) => {
      const who = principal({ level, targetId: 'mine' });
      const field = `${level}_id`;
      const { request } = read({ [field]: '' }, who);
      expect({ agent: request.agentId, endpoint: request.endpointId, fleet: request.fleetId }[level]).toBe(
        'mine',
      );
      expect(() => read({ [field]: 'yours' }, who)).toThrow(/its own/);
    },
  );
});
