import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ThothctlError } from '../../errors/index.js';
import { AGENT_ID, startAgent, type Agent } from './agent.js';
import { member, rowsOf } from './reply.js';
import type { ServerProcess } from './server-process.js';
import type { Shell } from './shell.js';
import type { Workspace } from './workspace.js';

/** Tells one line of the story as soon as it happened. */
export type Tell = (heading: string, text: string) => void;

interface CallOutcome {
  readonly tool: string;
  readonly outcome: 'allowed' | 'blocked' | 'approved';
  readonly said: string;
}

export interface Story {
  readonly calls: readonly CallOutcome[];
  readonly violationId: string;
  readonly approvalId: string;
  readonly recordsVerified: number;
}

/** From an empty control plane to verified evidence, each step a command or an MCP call somebody could have made. */
export async function tellStory(
  shell: Shell,
  server: ServerProcess,
  workspace: Workspace,
  tell: Tell,
): Promise<Story> {
  await shell.run([
    'bootstrap',
    '--compliance-profile',
    'soc2',
    '--shadow-high',
    'block',
    '--shadow-critical',
    'block',
  ]);
  tell('tenant', `${server.tenantId} bootstrapped: profile soc2, high and critical risk blocked`);

  const keyFile = join(workspace.root, 'agent.key');
  await shell.run(['api-keys', 'create', '--organization', '--permission', 'execute', '--key-file', keyFile]);
  await shell.run(['agents', 'scope', 'set', AGENT_ID, 'read_text_file,write_file']);
  tell('key', `issued with permission execute alone; scope of ${AGENT_ID}: read_text_file, write_file`);

  await shell.run(['policy', 'push', workspace.policy, '--yes']);
  const pushed = rowsOf(await shell.json(['policy', 'list']));
  tell(
    'policy',
    `pushed ${pushed.map((row) => `${member(row, 'name')} (${member(row, 'framework')})`).join(', ')}`,
  );

  const agent = await startAgent(shell, workspace, server.url, keyFile);
  try {
    tell('agent', 'a file-system MCP server under `thothctl run`, an MCP client in front of it');
    const allowed = await callAllowed(agent, workspace, tell);
    const blocked = await callBlocked(agent, workspace, tell);
    const held = await callHeld(agent, shell, workspace, tell);
    const violationId = await tailViolation(shell, tell);
    const recordsVerified = await verifyEvidence(shell, tell);
    return {
      calls: [allowed, blocked, held.call],
      approvalId: held.approvalId,
      violationId,
      recordsVerified,
    };
  } finally {
    await agent.close();
  }
}

async function callAllowed(agent: Agent, workspace: Workspace, tell: Tell): Promise<CallOutcome> {
  const path = join(workspace.documents, 'notes.txt');
  const reply = await agent.call('read_text_file', { path });
  must(!reply.refused, `read_text_file was refused: ${reply.text}`);
  tell('allowed', `read_text_file notes.txt -> ${JSON.stringify(reply.text.trim())}`);
  return { tool: 'read_text_file', outcome: 'allowed', said: reply.text.trim() };
}

async function callBlocked(agent: Agent, workspace: Workspace, tell: Tell): Promise<CallOutcome> {
  const reply = await agent.call('read_text_file', { path: join(workspace.documents, 'credentials.env') });
  must(reply.refused, 'read_text_file of credentials.env was not refused');
  tell('blocked', `read_text_file credentials.env -> ${reply.text}`);
  return { tool: 'read_text_file', outcome: 'blocked', said: reply.text };
}

async function callHeld(
  agent: Agent,
  shell: Shell,
  workspace: Workspace,
  tell: Tell,
): Promise<{ call: CallOutcome; approvalId: string }> {
  const path = join(workspace.documents, 'report.txt');
  const content = 'Release on Thursday.\n';
  const held = agent.call('write_file', { path, content });
  // Watched elsewhere too; an early refusal must not become an unhandled rejection while the approver looks.
  held.catch(() => undefined);
  const approvalId = await pendingApproval(shell);
  must(!(await exists(path)), 'the held call touched the file before it was approved');
  const approval = await shell.json(['approvals', 'show', approvalId]);
  tell('held', `write_file report.txt waits for a person: ${member(approval, 'reason')}`);
  const verdict = await shell.json([
    'approvals',
    'approve',
    approvalId,
    '--reason',
    'reviewed in quickstart',
    '--yes',
  ]);
  const reply = await held;
  must(!reply.refused, `the approved call was refused: ${reply.text}`);
  must((await readFile(path, 'utf8')) === content, 'the approved call did not write the file');
  tell('approved', `${approvalId} by ${member(verdict, 'resolved_by')} from a second shell -> file written`);
  return { call: { tool: 'write_file', outcome: 'approved', said: reply.text }, approvalId };
}

async function pendingApproval(shell: Shell): Promise<string> {
  for (let tries = 0; tries < 100; tries++) {
    const [first] = rowsOf(await shell.json(['approvals', 'list', '--status', 'pending']));
    if (first !== undefined) return member(first, 'approval_id');
    await sleep(100);
  }
  throw failed('no call was held for approval');
}

async function tailViolation(shell: Shell, tell: Tell): Promise<string> {
  let seen: unknown;
  await shell.follow(['violations', 'tail', '--from', 'start', '--json'], (line) => {
    seen ??= JSON.parse(line);
    return true;
  });
  const violationId = member(seen, 'violation_id');
  tell('violation', `${violationId} tailed: ${member(seen, 'decision')} ${member(seen, 'tool_name')}`);
  return violationId;
}

async function verifyEvidence(shell: Shell, tell: Tell): Promise<number> {
  const verdict = await shell.json(['evidence', 'verify']);
  const checked = Number(member(verdict, 'records_checked'));
  must(checked > 0, 'no evidence was checked');
  tell(
    'evidence',
    `verified: ${checked} records, hashes, chain, signatures and head recomputed on this machine`,
  );
  return checked;
}

async function exists(path: string): Promise<boolean> {
  return readFile(path).then(
    () => true,
    () => false,
  );
}

function must(holds: boolean, otherwise: string): asserts holds {
  if (!holds) throw failed(otherwise);
}

function failed(message: string): ThothctlError {
  return new ThothctlError({ code: 'quickstart_failed', exit: 'unexpected', message });
}
