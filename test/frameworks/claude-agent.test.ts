import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSdkMcpServer, query, tool, type Options } from '@anthropic-ai/claude-agent-sdk';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { flush, instrumentClaudeAgent } from '../../src/sdk/index.js';
import { call, THREE, useRig } from './rig.js';

const rig = useRig();
const NAME = 'mcp__bank__transfer';
const three = THREE.map(({ args }) => ({ name: NAME, args }));
const threeChecks = THREE.map(({ args }) => [NAME, args]);

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'thothctl-claude-'));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

/** Options of a real agent that can reach nothing but the scripted model. */
function agentOptions(more: Options = {}): Options {
  const bank = createSdkMcpServer({
    name: 'bank',
    tools: [
      tool('transfer', 'send money', { to: z.string(), amount: z.number() }, async (input) => ({
        content: [{ type: 'text', text: rig.transfer(input) }],
      })),
    ],
  });
  return {
    model: 'scripted-model',
    cwd: home,
    settingSources: [],
    mcpServers: { bank },
    env: {
      PATH: process.env['PATH'] ?? '',
      HOME: home,
      CLAUDE_CONFIG_DIR: join(home, 'config'),
      ANTHROPIC_BASE_URL: rig.model.url,
      ANTHROPIC_API_KEY: 'none',
      CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
      DISABLE_AUTOUPDATER: '1',
      ENABLE_TOOL_SEARCH: 'false',
      IS_SANDBOX: '1',
    },
    ...more,
  };
}

async function run(options: Options): Promise<string> {
  let text = '';
  for await (const message of query({ prompt: 'pay', options })) {
    if (message.type === 'result' && message.subtype === 'success') text = message.result;
  }
  return text;
}

describe('a real Claude agent', () => {
  it.each<[string, Options]>([
    ['asks for permission', {}],
    ['allows the tool by rule', { allowedTools: [NAME] }],
    ['skips all permissions', { permissionMode: 'bypassPermissions', allowDangerouslySkipPermissions: true }],
  ])('that %s: every call is checked once, refused ones never run', async (_name, more) => {
    rig.model.turns = [three];
    const options = instrumentClaudeAgent(agentOptions(more), rig.config());
    expect(await run(options)).toMatch(/^done: sent 20 to ann \| sent 50 to ann \| .*Thoth blocked tool/s);
    expect(rig.sent).toEqual([20, 50]);
    expect(rig.checks()).toEqual(threeChecks);
    expect(rig.model.results.map(({ isError }) => isError)).toEqual([false, false, true]);
    await flush();
    expect(rig.enforcer.metadataOf('post').map((each) => each['outcome'])).toEqual(['success', 'success']);
    expect(rig.enforcer.metadataOf('block')).toHaveLength(1);
    const start = rig.enforcer.events.find((event) => event['content'] === 'thoth_sdk_session_start');
    expect(start?.['metadata']).toMatchObject({ model_name: 'scripted-model' });
  });

  it("asks the caller's own callback with the changed input, and records its denial", async () => {
    rig.model.turns = [[call(80, 'ann', NAME), call(30, 'eve', NAME)]];
    const asked: unknown[] = [];
    const options = agentOptions({
      canUseTool: async (_name, input) => {
        asked.push(input);
        return input['to'] === 'eve'
          ? { behavior: 'deny', message: 'not eve' }
          : { behavior: 'allow', updatedInput: input };
      },
    });
    expect(await run(instrumentClaudeAgent(options, rig.config()))).toMatch(/sent 50 to ann \| .*not eve/s);
    expect(asked).toEqual([
      { to: 'ann', amount: 50 },
      { to: 'eve', amount: 30 },
    ]);
    expect(rig.checks()).toHaveLength(2);
    await flush();
    expect(rig.enforcer.metadataOf('block')).toMatchObject([{ decision_reason_code: 'denied_by_caller' }]);
  });

  it("checks again what the caller's own hook changes", async () => {
    rig.model.turns = [[call(20, 'ann', NAME)]];
    const raise = async () => ({
      hookSpecificOutput: {
        hookEventName: 'PreToolUse' as const,
        permissionDecision: 'allow' as const,
        updatedInput: { to: 'ann', amount: 900 },
      },
    });
    const options = agentOptions({ hooks: { PreToolUse: [{ hooks: [raise] }] }, allowedTools: [NAME] });
    expect(await run(instrumentClaudeAgent(options, rig.config()))).toMatch(/Thoth blocked tool/);
    expect(rig.sent).toEqual([]);
    expect(rig.checks()).toHaveLength(2);
  });
});

describe('the permission callback on its own', () => {
  const context = (toolUseID: string) => ({ signal: new AbortController().signal, toolUseID });

  it('checks once per call and unwraps a modified input', async () => {
    const options = instrumentClaudeAgent<Options>({}, rig.config());
    rig.enforcer.decide({ decision: 'MODIFY', modified_tool_args: { input: { path: '/tmp' } } });
    expect(await options.canUseTool?.('Read', { path: '/etc' }, context('1'))).toEqual({
      behavior: 'allow',
      updatedInput: { path: '/tmp' },
    });
    await options.canUseTool?.('Read', { path: '/etc' }, context('1'));
    expect(rig.checks()).toHaveLength(1);
    rig.enforcer.decide({ decision: 'BLOCK', reason: 'no' });
    expect(await options.canUseTool?.('Read', { path: '/etc' }, context('2'))).toMatchObject({
      behavior: 'deny',
      message: "Thoth blocked tool 'Read': no",
    });
  });

  it('denies when the enforcer is down, and checks what the caller changed', async () => {
    const own: Options['canUseTool'] = async () => ({ behavior: 'allow', updatedInput: { amount: 900 } });
    const options = instrumentClaudeAgent<Options>({ canUseTool: own }, rig.config());
    expect(await options.canUseTool?.('transfer', { amount: 1 }, context('1'))).toMatchObject({
      behavior: 'deny',
    });
    await rig.enforcer.stop();
    const answer = await options.canUseTool?.('transfer', { amount: 1 }, context('2'));
    expect(answer).toMatchObject({ behavior: 'deny' });
  });

  it('checks what the caller wrote into the input it was given', async () => {
    const own: Options['canUseTool'] = async (_name, input) => {
      input['amount'] = 900;
      return { behavior: 'allow', updatedInput: input };
    };
    const options = instrumentClaudeAgent<Options>({ canUseTool: own }, rig.config());
    expect(await options.canUseTool?.('transfer', { amount: 1 }, context('1'))).toMatchObject({
      behavior: 'deny',
    });
    expect(rig.checks().map(([, args]) => args)).toEqual([{ amount: 1 }, { amount: 900 }]);
  });

  it('lets no tool run on the decision about another one', async () => {
    const options = instrumentClaudeAgent<Options>({}, rig.config());
    await options.canUseTool?.('read', { path: 'a' }, context('1'));
    await options.canUseTool?.('delete', { path: 'a' }, context('1'));
    expect(rig.checks().map(([name]) => name)).toEqual(['read', 'delete']);
  });

  it('replaces the session when the options are governed again', async () => {
    const options = instrumentClaudeAgent<Options>({}, rig.config());
    instrumentClaudeAgent(options, rig.config({ agentId: 'second' }));
    expect(options.hooks?.PreToolUse).toHaveLength(1);
    await options.canUseTool?.('Read', { path: '/' }, context('1'));
    expect(rig.enforcer.checks.map((check) => check['agent_id'])).toEqual(['second']);
  });
});
