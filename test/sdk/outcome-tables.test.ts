import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { flush, type ThothConfig } from '../../src/sdk/index.js';
import { ScriptedEnforcer, type Answer } from './scripted-enforcer.js';
import { cellsOf } from './tables/grid.js';
import { HOLD_REPLIES, NOT_RESOLVED, RESOLVED, SAID_ON_HOLD, UNRESOLVED_VALUES } from './tables/holds.js';
import { wrongOutcomes, type Case } from './tables/outcomes.js';
import { BODIES, ODD_VALUES, OPTIONAL_MEMBERS, READ, STATUSES } from './tables/replies.js';
import { MEMBERS, NO_WORDS, OBSERVED, PAIRS, SAID, SPELLINGS, WORDS } from './tables/words.js';

let enforcer: ScriptedEnforcer;
beforeAll(async () => {
  enforcer = await ScriptedEnforcer.start();
});
afterAll(async () => {
  await flush();
  await enforcer.stop();
});

const BOTH: [string, ThothConfig][] = [
  ['closed', {}],
  ['open', { failOpen: true }],
];
const complete = { hold_token: 'h', modified_tool_args: { q: 'changed' } };
const replying = (name: string, members: Record<string, unknown>, outcome: string): Case => ({
  name: `${name} ${JSON.stringify(members)}`,
  enforce: { body: { ...complete, ...members } },
  outcome,
});

const words: Case[] = [
  ...Object.entries(WORDS).flatMap(([word, outcome]) =>
    MEMBERS.flatMap((members) =>
      SPELLINGS.map((spell) =>
        replying('word', Object.fromEntries(members.map((member) => [member, spell(word)])), outcome),
      ),
    ),
  ),
  ...NO_WORDS.flatMap((value) =>
    MEMBERS.map((members) =>
      replying('no word', Object.fromEntries(members.map((member) => [member, value])), 'unknown'),
    ),
  ),
];

const pairs: Case[] = cellsOf(PAIRS).flatMap(({ row, column, outcome }) =>
  SAID[row]!.flatMap((decision) =>
    SAID[column]!.map((authorization) =>
      replying('pair', { decision, authorization_decision: authorization }, outcome),
    ),
  ),
);

const oddMembers: Case[] = OPTIONAL_MEMBERS.flatMap((member) =>
  ODD_VALUES.flatMap((value) =>
    Object.entries({
      ALLOW: 'run',
      BLOCK: 'blocked',
      DEFER: 'deferred',
      MODIFY: 'changed',
      STEP_UP: 'approval',
    }).map(([decision, outcome]) => replying('odd member', { decision, [member]: value }, outcome)),
  ),
);

const HUGE = 'more than 1 MiB';

function replies(side: 'closed' | 'open'): Case[] {
  return STATUSES.flatMap((row) =>
    row.statuses.flatMap((status) =>
      Object.entries(BODIES)
        // The large body is read on one status of each kind only: it is the time it costs.
        .filter(([name]) => name !== HUGE || [200, 302, 400, 503].includes(status))
        .map(([name, answer]): Case => {
          const outcome = row[side];
          return {
            name: `${status} with ${name}`,
            enforce: { ...answer, status },
            outcome: outcome === 'read' ? READ[name]! : outcome,
          };
        }),
    ),
  );
}

const holding = (name: string, hold: Answer, outcome: string): Case => ({
  name: `${name} ${JSON.stringify(hold)}`,
  enforce: { body: { decision: 'STEP_UP', hold_token: 'h' } },
  hold,
  outcome,
});

function holdGrid(table: string, resolvedValues: readonly unknown[]): Case[] {
  return cellsOf(table).flatMap(({ row, column, outcome }) =>
    SAID_ON_HOLD[row]!.flatMap((resolution) =>
      SAID_ON_HOLD[column]!.flatMap((decision) =>
        resolvedValues.map((resolved) =>
          holding(
            'hold',
            {
              body: {
                resolved,
                resolution,
                decision,
                ...(outcome === 'changed' ? { modified_tool_args: { q: 'changed' } } : {}),
              },
            },
            outcome,
          ),
        ),
      ),
    ),
  );
}

const holds: Case[] = [
  ...holdGrid(RESOLVED, [true]),
  ...holdGrid(NOT_RESOLVED, UNRESOLVED_VALUES),
  ...HOLD_REPLIES.flatMap(({ answers, outcome }) =>
    answers.map((answer) => holding('hold reply', answer, outcome)),
  ),
];

describe.each(BOTH)('the expected outcomes, failing %s', (side, more) => {
  const check = async (cases: readonly Case[], config: ThothConfig = {}): Promise<void> => {
    // Checks of observe mode may still be under way.
    await flush(20_000);
    enforcer.requests.length = 0;
    expect(await wrongOutcomes(enforcer, cases, { stepUp: 'throw', ...more, ...config })).toEqual([]);
    await flush(20_000);
    expect(enforcer.checks.length).toBeGreaterThanOrEqual(cases.length);
  };

  it('of every word, in every spelling and member', () => check(words));
  it('of every pair of words', () => check(pairs));
  it('of every optional member of the wrong type', () => check(oddMembers));
  it('of every status and body', () => check(replies(side === 'open' ? 'open' : 'closed')));
  it('of every reply about a hold', () => check(holds, { stepUp: 'wait' }));
  it('of everything in observe mode', () => {
    const some = replies('open').filter(({ name }) => /^(200|204|302|401|503) /.test(name));
    const all = [...pairs, ...some].map((one) => ({ ...one, outcome: OBSERVED }));
    return check(all, { enforcement: 'observe' });
  });
});
