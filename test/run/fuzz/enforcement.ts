import { afterEach, beforeEach } from 'vitest';
import { Account } from '../../../src/run/account/account.js';
import { governanceOf, stdioServer, type Governance } from '../../../src/run/mcp/governance.js';
import { flush, ThothClient } from '../../../src/sdk/index.js';
import { configFor } from '../../sdk/governed-tool.js';
import { ScriptedEnforcer } from '../../sdk/scripted-enforcer.js';

/** How many cases a property draws: `THOTHCTL_FUZZ_RUNS=10000` for a long run, at other seeds of the property tests. */
export function fuzzRuns(usual: number): number {
  return Number(process.env['THOTHCTL_FUZZ_RUNS'] ?? usual);
}

/** What governs one test: an enforcer of its own, which decides by the names of tools. */
class FuzzedGovernance {
  enforcer!: ScriptedEnforcer;

  async begin(): Promise<void> {
    this.enforcer = await ScriptedEnforcer.start();
    decideByName(this.enforcer);
  }

  async end(): Promise<void> {
    await flush();
    await this.enforcer.stop();
  }

  /** A session of its own, which asks again without delay about a held call. */
  governance(): Governance {
    return governanceOfFuzz(this.enforcer);
  }
}

export function fuzzedGovernance(): FuzzedGovernance {
  const fuzzed = new FuzzedGovernance();
  beforeEach(() => fuzzed.begin());
  afterEach(() => fuzzed.end());
  return fuzzed;
}

/** Makes the enforcer decide a call by the name of its tool; see `TOOLS`. */
function decideByName(enforcer: ScriptedEnforcer): void {
  const polled = new Set<string>();
  let holds = 0;
  enforcer.onEnforce = ({ body }) => {
    const { tool_name: tool, tool_args: args } = Object(body);
    switch (tool) {
      case 'allow':
        return { body: { decision: 'ALLOW' } };
      case 'slow':
        return { body: { decision: 'ALLOW' }, delayMs: 4 };
      case 'held':
        return { body: { decision: 'STEP_UP', hold_token: `hold_${(holds += 1)}` } };
      case 'modify':
        return { body: { decision: 'MODIFY', modified_tool_args: { safe: [args] } } };
      case 'outage':
        return { status: 503, text: '' };
      case 'nonsense':
        return { text: 'not json' };
      default:
        return { body: { decision: 'BLOCK', reason: 'not in scope' } };
    }
  };
  enforcer.onHold = ({ path }) => {
    const again = polled.has(path);
    polled.add(path);
    return { body: again ? { resolved: true, resolution: 'ALLOW', decision: 'ALLOW' } : { resolved: false } };
  };
}

function governanceOfFuzz(enforcer: ScriptedEnforcer): Governance {
  const session = new ThothClient(configFor(enforcer, { stepUpPollIntervalMs: 2 })).startSession();
  const options = { command: ['server'], governance: {}, filterTools: false };
  const account = new Account(session.sessionId, undefined);
  return governanceOf(options, session, account, stdioServer(['server']));
}
