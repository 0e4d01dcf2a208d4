import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RETRY_POLICY } from '../../src/server/delivery/retry-policy.js';
import { sampleTypes } from '../../src/server/delivery/event-types.js';
import { signatureHeaders } from '../../src/signing/index.js';

const page = readFileSync(new URL('../../docs/guides/webhooks.md', import.meta.url), 'utf8');
const block = (language: string): string =>
  new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``).exec(page)?.[1] ?? '';
const NOW = 1_790_000_000;
const BODY = '{"type":"decision.blocked","reason":"naïve – ✓"}';
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'thothctl-webhooks-guide-'));
  writeFileSync(join(folder, 'verify.mjs'), block('js'));
  writeFileSync(join(folder, 'verify.py'), block('python'));
  writeFileSync(
    join(folder, 'run.mjs'),
    'import { verify } from "./verify.mjs";\n' +
      'const [secret, timestamp, signature, body, now] = JSON.parse(process.argv[2]);\n' +
      'console.log(verify(secret, timestamp, signature, Buffer.from(body), now));\n',
  );
  writeFileSync(
    join(folder, 'run.py'),
    'import json, sys\nfrom verify import verify\n' +
      'secret, timestamp, signature, body, now = json.loads(sys.argv[1])\n' +
      'print(str(verify(secret, timestamp, signature, body.encode(), now)).lower())\n',
  );
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe.each([
  ['Node', process.execPath, 'run.mjs'],
  ['Python', 'python3', 'run.py'],
])('the verification code for %s', (_name, program, script) => {
  const verdict = (secrets: readonly string[], secret: string, body = BODY, now = NOW): string => {
    const headers = signatureHeaders(secrets, BODY, NOW * 1000);
    const given = [secret, headers['x-thoth-timestamp'], headers['x-thoth-signature'], body, now];
    return execFileSync(program, [script, JSON.stringify(given)], { cwd: folder, encoding: 'utf8' }).trim();
  };

  it('takes what the server signs, with either secret of a rotation', () => {
    expect(verdict(['one'], 'one')).toBe('true');
    expect(verdict(['new', 'old'], 'old')).toBe('true');
  });

  it('refuses another secret, another body and an old delivery', () => {
    expect(verdict(['one'], 'two')).toBe('false');
    expect(verdict(['one'], 'one', `${BODY} `)).toBe('false');
    expect(verdict(['one'], 'one', BODY, NOW + 301)).toBe('false');
  });
});

it('the catalogue names every type a sample can be made of, and the real number of attempts', () => {
  const missing = [...sampleTypes('webhook'), ...sampleTypes('pam')].filter((type) => !page.includes(`\`${type}\``));
  expect(missing).toEqual([]);
  expect(page).toContain(`up to ${RETRY_POLICY.attempts}\nattempts`);
});
