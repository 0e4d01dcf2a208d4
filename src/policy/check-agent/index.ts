import type { DesiredBundle } from '../bundle.js';
import { loadSoundPolicy } from '../load.js';
import { evaluateTools, type CheckedAgent } from './evaluate.js';
import type { FoundTool, NotAnalysed } from './found.js';
import { readAgents } from './read-agents.js';
import { agentReport, type AgentReport } from './report.js';

export { AGENT_COLUMNS, agentRows } from './report.js';

export interface AgentCheck extends CheckedAgent {
  readonly agents: readonly string[];
  readonly policies: readonly string[];
  /** Reported, and nothing else. */
  readonly enforcementMode: string;
}

const CONSEQUENCE = 'the agent was not checked';

/**
 * Finds the tools in the source of an agent and evaluates the policy for each, as the server would. What cannot be
 * known without running is listed, never guessed.
 * @throws ThothctlError `usage` when a path cannot be read or a policy has a fault.
 */
export async function checkAgent(check: AgentCheck, signal?: AbortSignal): Promise<AgentReport> {
  const bundles = (
    await Promise.all(check.policies.map((path) => loadSoundPolicy(path, CONSEQUENCE)))
  ).flat();
  const found = await readAgents(check.agents, signal);
  const tools = oncePerName(found.flatMap((file) => file.tools));
  const names = tools.map(({ name }) => name);
  const decisions = await evaluateTools(names, bundles, check, signal);
  const notAnalysed = [...found.flatMap((file) => file.notAnalysed), ...byArguments(bundles)];
  return agentReport(tools, decisions, notAnalysed, check.enforcementMode);
}

/** A tool that one file declares and another lists is one tool. */
function oncePerName(tools: readonly FoundTool[]): FoundTool[] {
  const first = new Map<string, FoundTool>();
  for (const tool of tools) if (!first.has(tool.name)) first.set(tool.name, tool);
  return [...first.values()].sort((a, b) => (a.file === b.file ? a.line - b.line : a.file < b.file ? -1 : 1));
}

const RUNTIME_FACT =
  /\b(?:context|input(?:\.(?:tool|session|context|moses_metrics))?)\.(args|args_truncated|purpose|task|policy|time|hour_utc|weekday_utc|session_\w+|calls_of_this_tool|behavioral_score\w*|requests|violations|tool_calls|sensitivity_\w+)\b/u;

/** Rules that look at a call as it happens: the check evaluates them for a call without arguments and context. */
function byArguments(bundles: readonly DesiredBundle[]): NotAnalysed[] {
  return bundles.flatMap(({ file, rawPolicy, lineOffset }) =>
    rawPolicy.split('\n').flatMap((text, index) => {
      const member = RUNTIME_FACT.exec(text.replace(/(?:\/\/|#).*$/u, ''))?.[1];
      const what = `a rule decides by \`${member}\`, which only a running agent has`;
      return member === undefined ? [] : [{ file, line: index + 1 + lineOffset, what }];
    }),
  );
}
