import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { flush, instrument, ThothConfigError, wrapOpenAITools } from '../../src/sdk/index.js';
import { configFor, governedTool, refusalOf } from './governed-tool.js';
import { ScriptedEnforcer, type Recorded } from './scripted-enforcer.js';

let enforcer: ScriptedEnforcer;
beforeAll(async () => {
  enforcer = await ScriptedEnforcer.start();
});
beforeEach(() => {
  enforcer.requests.splice(0);
  enforcer.decide({ decision: 'ALLOW' });
});
afterAll(async () => {
  await flush();
  await enforcer.stop();
});

/** Does something at the moment the enforcer is asked, and allows. */
function whileChecked(act: () => void): void {
  enforcer.onEnforce = () => {
    act();
    return { body: { decision: 'ALLOW' } };
  };
}

describe('arguments that change while the call is decided', () => {
  it('are refused: what runs is what was judged', async () => {
    const tool = governedTool(enforcer);
    const args = { path: '/tmp/report', nested: { to: 'me' } };
    whileChecked(() => {
      args.nested.to = 'everybody';
    });
    expect(await refusalOf(tool.run(args))).toMatchObject({ decisionReasonCode: 'arguments_changed' });
    expect(tool.entered).toEqual([]);
    await tool.run(args);
    expect(tool.entered).toEqual([[args]]);
  });

  it('are refused in a whole call of a client, its name included', async () => {
    const entered: unknown[] = [];
    const client = { callTool: async (params: unknown) => void entered.push(params) };
    instrument(client, configFor(enforcer));
    const named = { name: 'read', arguments: { path: 'a' } };
    whileChecked(() => {
      named.name = 'delete';
    });
    await refusalOf(client.callTool(named));
    const replaced = { name: 'read', arguments: { path: 'a' } };
    whileChecked(() => {
      replaced.arguments = { path: '/etc/shadow' };
    });
    await refusalOf(client.callTool(replaced));
    expect(entered).toEqual([]);
  });

  it('do not matter in observe mode, which refuses nothing', async () => {
    const tool = governedTool(enforcer, { enforcement: 'observe' });
    const args = { path: 'a' };
    whileChecked(() => {
      args.path = 'b';
    });
    await tool.run(args);
    // The check runs beside the tool, and its event waits for it.
    await flush();
    expect(tool.entered).toHaveLength(1);
  });
});

describe('tools that would stay ungoverned', () => {
  const send = async (to: string): Promise<string> => to;

  it('are an error when the list cannot take the governed ones', () => {
    const frozenMap = { tools: Object.freeze({ send }) };
    const getter = { tools: Object.defineProperty({}, 'send', { get: () => send, enumerable: true }) };
    class Agent {
      readonly #tools = [send];
      get tools(): unknown[] {
        return [...this.#tools];
      }
    }
    for (const agent of [frozenMap, getter, new Agent(), { tools: Object.freeze([send]) }]) {
      expect(() => instrument(agent, configFor(enforcer))).toThrow(ThothConfigError);
    }
  });
});

describe('arguments the policy must see', () => {
  it('are all of a call by `function`, unless the second is the runner of the loop', async () => {
    const seen: unknown[] = [];
    const tool = { name: 'write', function: async (...args: unknown[]) => void seen.push(args) };
    instrument({ tools: [tool] }, configFor(enforcer));
    await tool.function('/tmp/a', { content: 'x' });
    expect(enforcer.checks[0]?.['tool_args']).toEqual({ args: ['/tmp/a', { content: 'x' }] });
    expect(seen).toEqual([['/tmp/a', { content: 'x' }]]);
  });

  it('are marked as cut where an object shows nothing of itself', async () => {
    const tools = wrapOpenAITools({ send: async (_what: unknown) => 'sent' }, configFor(enforcer));
    const hidden = [
      new Request('http://127.0.0.1/x', { method: 'DELETE' }),
      new URLSearchParams({ all: 'yes' }),
      new (class Secret {
        readonly #path = '/etc/shadow';
        get path(): string {
          return this.#path;
        }
      })(),
      /rm -rf/,
    ];
    for (const value of hidden) await tools.send({ value });
    for (const check of enforcer.checks) {
      expect(check['metadata']).toMatchObject({ tool_args_truncated: true });
    }
  });

  it('are marked as cut where two keys of a Map are one in JSON', async () => {
    const tools = wrapOpenAITools({ send: async (_what: unknown) => 'sent' }, configFor(enforcer));
    await tools.send({
      map: new Map<unknown, string>([
        [1, 'everybody'],
        ['1', 'me'],
      ]),
    });
    expect(enforcer.checks[0]?.['metadata']).toMatchObject({ tool_args_truncated: true });
  });
});

it('a hold reply about another hold decides nothing', async () => {
  enforcer.decide({ decision: 'STEP_UP', hold_token: 'hold_mine' });
  enforcer.onHold = (_request: Recorded, nth) => ({
    body:
      nth === 1
        ? { token: 'hold_other', resolved: true, resolution: 'ALLOW', decision: 'ALLOW' }
        : { token: 'hold_mine', resolved: true, resolution: 'BLOCK', decision: 'BLOCK' },
  });
  const tool = governedTool(enforcer, { stepUp: 'wait' });
  await refusalOf(tool.run({}));
  expect(tool.entered).toEqual([]);
});
