import { readFileSync } from 'node:fs';
import { beforeEach, describe, expect, it } from 'vitest';
import { until } from '../sdk/scripted-enforcer.js';
import type { RunningCommand } from './run-process.js';
import { scriptedRuns } from './scripted-runs.js';

const runs = scriptedRuns();
let received: string;
let running: RunningCommand;
let serial = 0;

/** Answers every request with its id and notes the bytes it was given. */
const ECHO_SERVER = `
import { appendFileSync } from 'node:fs';
let rest = Buffer.alloc(0);
process.stdin.on('data', (chunk) => {
  rest = Buffer.concat([rest, chunk]);
  for (let cut; (cut = rest.indexOf(10)) !== -1; rest = rest.subarray(cut + 1)) {
    const line = rest.subarray(0, cut + 1);
    appendFileSync(process.env.RECEIVED, line);
    const id = /"id":\\s*("[^"]*"|[0-9]+)/.exec(line.toString('latin1'))?.[1];
    if (line.includes('die')) process.exit(7);
    if (id !== undefined && !line.includes('silent')) process.stdout.write('{"jsonrpc":"2.0","id":' + id + ',"result":{"ok":true}}\\n');
  }
});
process.stdin.on('end', () => process.exit(0));
`;

beforeEach(() => {
  serial += 1;
  received = runs.harness.file(`received-${serial}`, '');
  const script = runs.harness.file('echo.mjs', ECHO_SERVER);
  const governance = runs.governance({ stepUpPollIntervalMs: 50 });
  running = runs.start({ governance }, [process.execPath, script], { RECEIVED: received });
});

const INITIALIZE = '{"jsonrpc":"2.0","id":0,"method":"initialize","params":{}}\n';

function call(id: number | string, name: string, rest = ''): string {
  return `{"jsonrpc":"2.0","id":${JSON.stringify(id)},"method":"tools/call","params":{"name":"${name}"${rest}}}\n`;
}

async function begin(): Promise<void> {
  running.send(INITIALIZE);
  await running.reply(0);
}

const seen = (): string => readFileSync(received, 'utf8');

describe('MCP over stdio', () => {
  it('forwards everything that is not a call, and allowed calls, as the original bytes', async () => {
    const lines = [
      INITIALIZE,
      '{ "method" : "tools/list","id":90071992547409930001 , "jsonrpc":"2.0","x-unknown":{"b":1,"a":[1.0,1e2]}}\r\n',
      '{"jsonrpc":"2.0","method":"notifications/initialized"}\n',
      call(
        's-1',
        'search',
        ',"arguments":{"n":9007199254740993,"text":"héllo \u2028 \\u00e9 🙂"},"_meta":{"k":1.50}',
      ),
      call(2, 'no_arguments'),
      call(3, 'empty_arguments', ',"arguments":{}'),
      '{"jsonrpc":"2.0","id":4,"method":"future/method","params":[1,2]}\n',
    ];
    const bytes = Buffer.from(lines.join(''));
    // Every cut is tried once, also inside a character.
    for (let at = 0; at < bytes.length; at += 37) running.send(bytes.subarray(at, at + 37));
    await running.untilLines(6);
    await until(() => Buffer.byteLength(seen()) >= bytes.length);
    expect(seen().split('\n').sort()).toEqual(lines.join('').split('\n').sort());
    const asked = runs.enforcer.checks.map((check) => check['tool_args']);
    expect(asked).toHaveLength(3);
    // Calls that are made together may be checked in any order.
    expect(asked).toEqual(
      expect.arrayContaining([{ n: 9007199254740992, text: 'héllo \u2028 é 🙂' }, undefined, {}]),
    );
  });

  it('answers a blocked call with one short error text and never shows it to the server', async () => {
    runs.enforcer.decide({ decision: 'BLOCK', reason: 'not\u001b[31m here', violation_id: 'vio_9' });
    await begin();
    running.send(call('id"\u0041', 'write_file', ',"arguments":{"path":"/etc/x"}'));
    const reply = await running.reply('id"A');
    expect(reply).toEqual({
      jsonrpc: '2.0',
      id: 'id"A',
      result: {
        content: [
          { type: 'text', text: "Thoth blocked tool 'write_file': not [31m here (violation_id=vio_9)" },
        ],
        isError: true,
        _meta: {
          'ai.thoth/decision': 'BLOCK',
          'ai.thoth/source': 'policy',
          'ai.thoth/violation_id': 'vio_9',
        },
      },
    });
    expect(seen()).not.toContain('tools/call');
  });

  it('adds the result type for a client of the newer protocol', async () => {
    runs.enforcer.decide({ decision: 'BLOCK' });
    running.send(call(1, 'x', ',"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28"}'));
    expect(await running.reply(1)).toMatchObject({ result: { isError: true, resultType: 'complete' } });
  });

  it('rewrites only the arguments on MODIFY', async () => {
    runs.enforcer.decide({ decision: 'MODIFY', modified_tool_args: { path: '/safe', args: ['-l'] } });
    await begin();
    running.send(
      '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"ls", "arguments" : {"path":"/etc"}, "n":9007199254740993}}\n',
    );
    running.send('{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"ls"}}\n');
    await running.reply(1);
    await running.reply(2);
    expect(seen()).toContain(
      '"params":{"name":"ls", "arguments" : {"path":"/safe","args":["-l"]}, "n":9007199254740993}}\n',
    );
    expect(seen()).toContain('"params":{"arguments":{"path":"/safe","args":["-l"]},"name":"ls"}}\n');
  });

  it('refuses what a server could read differently, and forwards nothing of it', async () => {
    await begin();
    const lines = [
      `[${call(1, 'x').trim()}]\n`,
      '{"jsonrpc":"2.0","id":1,"method":"tools/call","method":"ping","params":{"name":"x"}}\n',
      call(1, 'x', ',"name":"y"'),
      'tools/call please\n',
    ];
    running.send(lines.join('') + '{"jsonrpc":"2.0","id":99,"method":"ping"}\n');
    await running.reply(99);
    const refused = running.lines.filter((each) => each.includes('refused by Thoth'));
    expect(refused.map((line) => (JSON.parse(line) as { id: unknown }).id)).toEqual([null, null, 1, null]);
    expect(
      seen()
        .split('\n')
        .filter((each) => each !== ''),
    ).toHaveLength(2);
    expect(runs.enforcer.checks).toEqual([]);
  });

  it('holds only the call that waits for approval, with progress, and forwards it once approved', async () => {
    let approved = false;
    runs.enforcer.onEnforce = ({ body }) => ({
      body:
        (body as { tool_name: string }).tool_name === 'risky'
          ? { decision: 'STEP_UP', hold_token: 'hold_1' }
          : { decision: 'ALLOW' },
    });
    runs.enforcer.onHold = () => ({
      body: approved
        ? { resolved: true, resolution: 'ALLOW', decision: 'ALLOW' }
        : { resolved: false, decision: 'STEP_UP' },
    });
    await begin();
    running.send(call(1, 'risky', ',"_meta":{"progressToken":"t-1"}'));
    running.send(call(2, 'harmless'));
    await running.reply(2);
    await until(() => running.out.includes('notifications/progress'));
    expect(running.out.toString()).toContain('"progressToken":"t-1"');
    expect(seen()).not.toContain('risky');
    approved = true;
    await running.reply(1);
    expect(seen()).toContain('risky');
  });

  it('voids a held call that the client cancels, and says nothing more about it', async () => {
    runs.enforcer.decide({ decision: 'STEP_UP', hold_token: 'hold_1' });
    await begin();
    running.send(call(1, 'risky'));
    await until(() => runs.enforcer.holdPolls > 0);
    running.send('{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1}}\n');
    running.send('{"jsonrpc":"2.0","id":2,"method":"ping"}\n');
    await running.reply(2);
    const polls = runs.enforcer.holdPolls;
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(runs.enforcer.holdPolls).toBeLessThanOrEqual(polls + 1);
    expect(running.lines.some((line) => line.includes('"id":1,'))).toBe(false);
    expect(seen()).not.toMatch(/risky|cancelled/);
    await until(() => runs.enforcer.withdrawals.length > 0);
    expect(runs.enforcer.withdrawals).toEqual(['hold_1']);
  });

  it('withdraws what is held when the client goes, also what becomes held afterwards', async () => {
    const asked: string[] = [];
    runs.enforcer.onEnforce = ({ body }) => {
      const { tool_name: tool } = body as { tool_name: string };
      asked.push(tool);
      const held = { decision: 'STEP_UP', hold_token: `hold_${tool}` };
      return { body: held, ...(tool === 'late' ? { delayMs: 500 } : {}) };
    };
    runs.enforcer.onWithdraw = () => ({ body: { resolved: true, resolution: 'BLOCK', decision: 'BLOCK' } });
    await begin();
    running.send(call(1, 'risky'));
    await until(() => runs.enforcer.holdPolls > 0);
    running.send(call(2, 'late'));
    await until(() => asked.includes('late'));
    running.child.stdin.end();
    expect(await running.ended).toBe(0);
    expect(runs.enforcer.withdrawals.sort()).toEqual(['hold_late', 'hold_risky']);
    expect(seen()).not.toContain('tools/call');
  });

  it('withdraws what is held when the server ends, before the run does', async () => {
    runs.enforcer.decide({ decision: 'STEP_UP', hold_token: 'hold_1' });
    await begin();
    running.send(call(1, 'risky'));
    await until(() => runs.enforcer.holdPolls > 0);
    running.send('{"jsonrpc":"2.0","method":"notifications/die"}\n');
    expect(await running.ended).toBe(7);
    expect(runs.enforcer.withdrawals).toEqual(['hold_1']);
  });

  it('forwards the cancellation of a call that runs', async () => {
    await begin();
    running.send(call(1, 'silent_tool'));
    await until(() => seen().includes('silent_tool'));
    const line = '{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1}}\n';
    running.send(line);
    await until(() => seen().includes(line));
  });

  it('answers what is open when the server dies, and ends with its exit code', async () => {
    await begin();
    running.send(call(1, 'silent_tool'));
    running.send('{"jsonrpc":"2.0","id":2,"method":"silent/method"}\n');
    await until(() => seen().includes('silent_tool'));
    running.send('{"jsonrpc":"2.0","method":"notifications/die"}\n');
    expect(await running.ended).toBe(7);
    expect(await running.reply(1)).toMatchObject({ result: { isError: true } });
    expect(await running.reply(2)).toMatchObject({ error: { code: -32603 } });
  });

  it('fails closed, with a text that names the outage, when the enforcer is gone', async () => {
    await begin();
    await runs.enforcer.stop();
    running.send(call(1, 'search'));
    const reply = await running.reply(1);
    expect(JSON.stringify(reply)).toMatch(/no decision .*enforcer unavailable.*not a policy refusal/);
    expect(reply).toMatchObject({ result: { _meta: { 'ai.thoth/source': 'enforcer_unavailable' } } });
    expect(seen()).not.toContain('search');
    running.child.stdin.end();
    expect(await running.ended).toBe(0);
  });

  it('carries 8 MB of arguments to the server whole', async () => {
    await begin();
    const big = call(1, 'upload', `,"arguments":{"data":"${'x'.repeat(8 * 1024 * 1024)}"}`);
    running.send(big);
    await running.reply(1);
    expect(seen().endsWith(big)).toBe(true);
    expect(JSON.stringify(runs.enforcer.checks[0]?.['tool_args']).length).toBeLessThan(300 * 1024);
    expect(runs.enforcer.checks[0]?.['metadata']).toMatchObject({ tool_args_truncated: true });
  });

  it('decides calls that were sent before the input ended', async () => {
    running.send(INITIALIZE + call(1, 'last'));
    running.child.stdin.end();
    expect(await running.ended).toBe(0);
    expect(seen()).toContain('last');
    expect(running.out.toString()).toContain('"id":1,"result":{"ok":true}');
  });

  it('reports the life of each call, without its arguments', async () => {
    await begin();
    running.send(call(1, 'search', ',"arguments":{"q":"canary-word"}'));
    await running.reply(1);
    running.child.stdin.end();
    await running.ended;
    const types = runs.enforcer.events.map((event) => event['event_type']);
    expect(types).toEqual(['LLM_INVOCATION', 'TOOL_CALL_PRE', 'TOOL_CALL_POST', 'TOOL_CALL_POST']);
    expect(runs.enforcer.eventPosts.map(({ text }) => text).join()).not.toContain('canary-word');
  });
});
