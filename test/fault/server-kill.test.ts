import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const BIN = new URL('../../bin/run.cjs', import.meta.url).pathname;
const VERIFIER = new URL('../verifier/verify.mjs', import.meta.url).pathname;
const KILLS = 20;
const home = mkdtempSync(join(tmpdir(), 'thothctl-kill-'));
const env = { ...process.env, HOME: home, THOTHCTL_CONFIG_DIR: join(home, 'config') };

async function startServer(round: number): Promise<{ child: ChildProcess; url: string; tenantId: string }> {
  const readyFile = join(home, `ready-${round}.json`);
  const child = spawn(
    process.execPath,
    [BIN, 'server', 'start', '--port', '0', '--data', join(home, 'data'), '--ready-file', readyFile],
    { env, stdio: 'ignore' },
  );
  while (child.exitCode === null) {
    try {
      const ready = JSON.parse(readFileSync(readyFile, 'utf8')) as { url: string; tenant_id: string };
      return { child, url: ready.url, tenantId: ready.tenant_id };
    } catch {
      await sleep(10);
    }
  }
  throw new Error(`the server did not come up in round ${round}`);
}

async function cli(args: readonly string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, [BIN, ...args], { env, maxBuffer: 256e6 });
  return stdout;
}

/** The receipt of one enforce call over a bare socket, as it arrived; undefined when the server died before it answered in full. */
function enforce(url: string, key: string, body: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    const outgoing = request(
      new URL('/v1/enforce', url),
      { method: 'POST', headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` } },
      (reply) => {
        let text = '';
        reply.setEncoding('utf8');
        reply.on('data', (chunk: string) => (text += chunk));
        reply.on('error', () => resolve(undefined));
        reply.on('close', () => {
          if (!reply.complete || reply.statusCode !== 200) return resolve(undefined);
          const { receipt } = JSON.parse(text) as { receipt: object };
          resolve(JSON.stringify(receipt));
        });
      },
    );
    outgoing.on('error', () => resolve(undefined));
    outgoing.end(body);
  });
}

describe('kill -9 of the server during a stream of enforce calls', () => {
  const receipts: string[] = [];
  const exported = join(home, 'export.ndjson');

  beforeAll(async () => {
    let key = '';
    for (let round = 0; round < KILLS; round++) {
      const { child, url, tenantId } = await startServer(round);
      if (round === 0) {
        const created = JSON.parse(
          await cli([
            'api-keys',
            'create',
            '--organization',
            '--permission',
            'execute',
            '--govapi-url',
            url,
            '--json',
          ]),
        ) as { api_key: string };
        key = created.api_key;
      }
      let alive = true;
      const lanes = Array.from({ length: 8 }, async (_, lane) => {
        for (let n = 0; alive; n++) {
          const receipt = await enforce(
            url,
            key,
            JSON.stringify({
              agent_id: 'killer',
              tenant_id: tenantId,
              user_id: 'system',
              tool_name: n % 2 === 0 ? 'search_docs' : 'drop_table',
              session_id: `round-${round}-lane-${lane}`,
              session_tool_calls: [],
              approved_scope: ['search_docs'],
              enforcement_mode: 'block',
            }),
          );
          if (receipt) receipts.push(receipt);
        }
      });
      const before = receipts.length;
      while (receipts.length < before + 10) await sleep(5);
      await sleep((round * 37) % 90);
      child.kill('SIGKILL');
      alive = false;
      await Promise.all(lanes);
    }
    const { child, url } = await startServer(KILLS);
    await cli(['evidence', 'export', exported, '--govapi-url', url]);
    child.kill('SIGTERM');
    await new Promise((resolve) => child.once('exit', resolve));
  }, 300_000);

  afterAll(() => rmSync(home, { recursive: true, force: true }));

  it('keeps the chain whole and every acknowledged receipt on it exactly once, says a verifier that shares no code with the product', async () => {
    expect(receipts.length).toBeGreaterThanOrEqual(KILLS * 10);
    expect(new Set(receipts).size).toBe(receipts.length);
    const file = join(home, 'receipts.ndjson');
    writeFileSync(file, `${receipts.join('\n')}\n`);

    const { stdout } = await promisify(execFile)(process.execPath, [VERIFIER, exported, '--receipts', file]);

    expect(JSON.parse(stdout)).toMatchObject({ outcome: 'verified' });
  });

  it('notices a receipt that is not on the chain', async () => {
    const file = join(home, 'forged.ndjson');
    writeFileSync(file, `${receipts[0]?.replace(/"hash":"./, '"hash":"x')}\n`);

    const verdict = promisify(execFile)(process.execPath, [VERIFIER, exported, '--receipts', file]);

    await expect(verdict).rejects.toMatchObject({ code: 10 });
  });
});
