import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { GovernedProgram } from '../governed-program.js';
import { ScriptedEnforcer, until } from '../scripted-enforcer.js';

/** Brings a program into a phase of its life and tells when it is there. */
interface Phase {
  readonly env: Record<string, string>;
  script?(enforcer: ScriptedEnforcer): void;
  reached(enforcer: ScriptedEnforcer, program: GovernedProgram): Promise<void>;
  /** Calls that have ended by then. */
  readonly finished: number;
}

const PHASES: Readonly<Record<string, Phase>> = {
  'while a check is under way': {
    env: { CALLS: '1', TIMEOUT_MS: '60000' },
    script: (enforcer) => void (enforcer.onEnforce = () => ({ hang: true })),
    reached: (enforcer) => until(() => enforcer.checks.length === 1),
    finished: 0,
  },
  'while a call is held': {
    env: { CALLS: '1' },
    script: (enforcer) => enforcer.decide({ decision: 'STEP_UP', hold_token: 'h' }),
    reached: (enforcer) => until(() => enforcer.holdPolls > 0),
    finished: 0,
  },
  'while the tool runs': {
    env: { CALLS: '1', TOOL_MS: '60000' },
    reached: async (enforcer) => {
      await until(() => enforcer.checks.length === 1);
      await new Promise((resolve) => setTimeout(resolve, 100));
    },
    finished: 0,
  },
  'while events are delivered': {
    env: { CALLS: '12', HOW: 'SIGTERM' },
    script: (enforcer) => void (enforcer.onEvents = () => ({ hang: true })),
    reached: async (enforcer, program) => {
      await program.line('done');
      await until(() => enforcer.eventPosts.length > 0);
    },
    finished: 12,
  },
  'when all is done': {
    env: { CALLS: '3', HOW: 'SIGTERM' },
    reached: (_enforcer, program) => program.line('done'),
    finished: 3,
  },
};

async function endIn(
  phase: Phase,
  signal: 'SIGTERM' | 'SIGKILL',
  check: (enforcer: ScriptedEnforcer, program: GovernedProgram) => Promise<void>,
): Promise<void> {
  const enforcer = await ScriptedEnforcer.start();
  phase.script?.(enforcer);
  const program = GovernedProgram.start(enforcer, {
    TIMEOUT_MS: '60000',
    ...phase.env,
    SPOOLING: 'yes',
    FLUSH_MS: '400',
  });
  try {
    await phase.reached(enforcer, program);
    program.child.kill(signal);
    expect(await program.ended).toEqual({ code: null, signal });
    await check(enforcer, program);
  } finally {
    program.child.kill('SIGKILL');
    program.clean();
    await enforcer.stop();
  }
}

/** The next run with the same spool: ends well and leaves nothing behind. */
async function nextRun(enforcer: ScriptedEnforcer, program: GovernedProgram): Promise<void> {
  enforcer.decide({ decision: 'ALLOW' });
  enforcer.onEvents = () => ({ status: 202, text: '' });
  const next = GovernedProgram.start(
    enforcer,
    {
      CALLS: '1',
      HOW: 'return',
      SPOOL: join(program.folder, 'spool'),
      TIMEOUT_MS: '60000',
      FLUSH_MS: '20000',
    },
    program.folder,
  );
  expect(await next.ended).toEqual({ code: 0, signal: null });
  expect(next.output).toContain('ran 1 refused 0');
  expect(program.leftFiles).toEqual([]);
}

describe.concurrent.each(Object.entries(PHASES))('%s', (_what, phase) => {
  it('SIGTERM ends the program, and every event of a finished call arrives or is in the spool', () =>
    endIn(phase, 'SIGTERM', async (enforcer, program) => {
      const taken = enforcer.metadataOf('post').length;
      const kept = program.spooled().filter((event) => event['event_type'] === 'TOOL_CALL_POST').length;
      expect(taken + kept).toBeGreaterThanOrEqual(phase.finished);
      await nextRun(enforcer, program);
      const ids = new Set(
        enforcer.events
          .filter((event) => event['event_type'] === 'TOOL_CALL_POST')
          .map((event) => event['event_id']),
      );
      expect(ids.size).toBe(phase.finished + 1);
    }));

  it('SIGKILL leaves nothing that disturbs the next run', () =>
    endIn(phase, 'SIGKILL', async (enforcer, program) => {
      // A line that was being written when the power went.
      appendFileSync(join(program.folder, 'spool'), '{"event_id":"half","tool_na');
      await nextRun(enforcer, program);
      expect(enforcer.events.some((event) => event['event_id'] === 'half')).toBe(false);
    }));
});
