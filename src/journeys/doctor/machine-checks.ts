import { stat } from 'node:fs/promises';
import { listContexts, type ContextPorts } from '../../context/index.js';
import { ThothctlError } from '../../errors/index.js';
import { policyEngine } from '../../policy/engine.js';
import type { Check } from './check.js';

const OLDEST_NODE = [20, 19] as const;

export function nodeVersion(version: string = process.versions.node): Check {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const enough = major > OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor >= OLDEST_NODE[1]);
  return {
    check: 'node',
    state: enough ? 'ok' : 'failed',
    result: `Node ${version}`,
    ...(!enough && { fix: `install Node ${OLDEST_NODE.join('.')} or newer` }),
  };
}

/** The configuration parses, and what holds secrets is closed to other users. */
export async function configuration(ports: ContextPorts): Promise<Check[]> {
  const { contextsFile, credentialsDir, sessionFile } = ports.paths;
  const checks: Check[] = [];
  try {
    const contexts = await listContexts(ports);
    const current = contexts.find(({ current }) => current);
    checks.push({
      check: 'contexts',
      state: 'ok',
      result: `${contexts.length} in ${contextsFile}, ${current ? `${current.name} selected` : 'none selected'}`,
    });
    const files = contexts.flatMap(({ credential }) =>
      credential?.store === 'file' ? [credential.ref] : [],
    );
    checks.push(...(await Promise.all([...files, credentialsDir, sessionFile].map(privacy))).flat());
  } catch (cause) {
    if (!(cause instanceof ThothctlError)) throw cause;
    checks.push({
      check: 'contexts',
      state: 'failed',
      result: cause.message,
      ...(cause.fix && { fix: cause.fix }),
    });
  }
  return checks;
}

async function privacy(path: string): Promise<Check[]> {
  const found = await stat(path).catch(() => undefined);
  // Windows has no such mode bits; an absent file gives nothing away.
  if (found === undefined || process.platform === 'win32') return [];
  const open = (found.mode & 0o077) !== 0;
  const mode = (found.mode & 0o777).toString(8).padStart(4, '0');
  return [
    {
      check: 'permissions',
      state: open ? 'failed' : 'ok',
      result: `${path} has mode ${mode}`,
      ...(open && { fix: `chmod ${found.isDirectory() ? '700' : '600'} ${path}` }),
    },
  ];
}

export async function keyring(ports: ContextPorts): Promise<Check> {
  const account = 'doctor-probe';
  const works = await ports.keyring.write(account, 'probe');
  if (works) await ports.keyring.remove(account);
  return works
    ? { check: 'keyring', state: 'ok', result: 'credentials go to the keyring of the system' }
    : {
        check: 'keyring',
        state: 'skipped',
        result: `no keyring; credentials go to files of mode 0600 in ${ports.paths.credentialsDir}`,
      };
}

/** Both policy engines load and accept a policy. */
export async function policyEngines(): Promise<Check> {
  try {
    const { lintPolicy } = await policyEngine();
    const findings = [
      ...(await lintPolicy('CEDAR', 'permit (principal, action, resource);')),
      ...(await lintPolicy('OPA', REGO)),
    ].filter(({ severity }) => severity === 'error');
    if (findings.length === 0) return { check: 'policy engines', state: 'ok', result: 'Cedar and Rego load' };
    return { check: 'policy engines', state: 'failed', result: findings[0]?.message ?? '', fix: REINSTALL };
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : 'unknown error';
    return {
      check: 'policy engines',
      state: 'failed',
      result: `they do not load: ${reason}`,
      fix: REINSTALL,
    };
  }
}

/** The smallest policy the control plane's own pre-flight takes. */
const REGO = `package thoth

import rego.v1

allow if {
	input.principal.id == "a"
	input.action == "b"
	input.context.purpose == "c"
}
`;

const REINSTALL = 'install thothctl again; the package is incomplete';
