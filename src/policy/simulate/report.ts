import { markdownTable } from '../report-forms.js';
import type { RecordedCall } from './calls.js';
import type { Missing, Outcome } from './replay.js';

const KINDS = ['newly_blocked', 'newly_held', 'newly_allowed', 'otherwise_changed'] as const;
type Kind = (typeof KINDS)[number];

export interface SimulatedChange {
  readonly kind: Kind;
  readonly tool: string;
  readonly agent: string;
  /** Rule that decides now, or decided before when nothing does any more. */
  readonly rule: string;
  readonly count: number;
  readonly examples: readonly {
    readonly chain_index: number;
    readonly occurred_at: string;
    readonly before: string;
    readonly after: string;
    readonly reason: string;
  }[];
}

export interface SimulationReport {
  readonly calls: number;
  readonly unchanged: number;
  readonly changed: Readonly<Record<Kind, number>>;
  /** Calls that could not be decided again, by what is missing. They are not among the unchanged. */
  readonly not_evaluated: Readonly<Record<Missing, number>>;
  /** Most frequent first. */
  readonly changes: readonly SimulatedChange[];
  readonly taken_along: readonly string[];
}

const MOST_EXAMPLES = 3;

/** Counts what changes as the outcomes come in. */
export class SimulationTally {
  #calls = 0;
  #unchanged = 0;
  readonly #changed: Record<Kind, number> = {
    newly_blocked: 0,
    newly_held: 0,
    newly_allowed: 0,
    otherwise_changed: 0,
  };
  readonly #missing: Record<Missing, number> = {
    over_budget: 0,
    input_not_kept: 0,
    input_redacted: 0,
    scope_not_recorded: 0,
    not_readable: 0,
  };
  readonly #groups = new Map<
    string,
    SimulatedChange & { count: number; examples: SimulatedChange['examples'][number][] }
  >();

  get calls(): number {
    return this.#calls;
  }

  add(call: RecordedCall, outcome: Outcome): void {
    this.#calls += 1;
    if (outcome.missing !== undefined) {
      this.#missing[outcome.missing] += 1;
      return;
    }
    if (outcome.decision === call.decision) {
      this.#unchanged += 1;
      return;
    }
    const kind = kindOf(call.decision, outcome.decision);
    const rule = ruleOf(outcome.rules) ?? ruleOf(call.matched_rule_ids) ?? 'none';
    this.#changed[kind] += 1;
    const key = JSON.stringify([kind, call.tool_name, call.agent_id, rule]);
    const group = this.#groups.get(key) ?? {
      kind,
      tool: call.tool_name,
      agent: call.agent_id,
      rule,
      count: 0,
      examples: [],
    };
    this.#groups.set(key, group);
    group.count += 1;
    // Outcomes arrive in any order; the earliest calls are the examples, so that a report is the same twice.
    group.examples.push({
      chain_index: call.chain_index,
      occurred_at: call.occurred_at,
      before: call.decision,
      after: outcome.decision,
      reason: outcome.reason,
    });
    if (group.examples.length > MOST_EXAMPLES)
      group.examples.sort((a, b) => a.chain_index - b.chain_index).splice(MOST_EXAMPLES);
  }

  report(takenAlong: readonly string[]): SimulationReport {
    const key = (change: SimulatedChange): string =>
      `${change.kind} ${change.tool} ${change.agent} ${change.rule}`;
    const changes = [...this.#groups.values()]
      .map((group) => ({ ...group, examples: group.examples.sort((a, b) => a.chain_index - b.chain_index) }))
      .sort((a, b) => b.count - a.count || (key(a) < key(b) ? -1 : 1));
    return {
      calls: this.#calls,
      unchanged: this.#unchanged,
      changed: this.#changed,
      not_evaluated: this.#missing,
      changes,
      taken_along: takenAlong,
    };
  }
}

/** The scope allows what nothing is against; it is named only when no policy is. */
function ruleOf(rules: readonly string[]): string | undefined {
  return rules.find((rule) => rule !== 'scope') ?? rules[0];
}

function kindOf(before: string, after: string): Kind {
  const side = (word: string): 'blocked' | 'held' | 'allowed' =>
    word === 'BLOCK' || word === 'DEFER' ? 'blocked' : word === 'STEP_UP' ? 'held' : 'allowed';
  return side(before) === side(after) ? 'otherwise_changed' : `newly_${side(after)}`;
}

export const SIMULATION_COLUMNS = [
  { key: 'change', header: 'CHANGE', kind: 'state' },
  { key: 'calls', header: 'CALLS', kind: 'number' },
  { key: 'tool', header: 'TOOL', kind: 'id' },
  { key: 'agent', header: 'AGENT', kind: 'id' },
  { key: 'rule', header: 'RULE', kind: 'id' },
  { key: 'example', header: 'EXAMPLE' },
] as const;

export function simulationRows(report: SimulationReport): { readonly [key: string]: string | number }[] {
  return report.changes.map(({ kind, count, tool, agent, rule, examples: [first] }) => ({
    change: kind.replaceAll('_', ' '),
    calls: count,
    tool,
    agent,
    rule,
    example:
      first === undefined
        ? ''
        : `record ${first.chain_index}: ${first.before} → ${first.after}, ${first.reason}`,
  }));
}

export function notEvaluated(report: SimulationReport): number {
  return Object.values(report.not_evaluated).reduce((sum, each) => sum + each, 0);
}

export function simulationSummary(report: SimulationReport): string {
  const { changed } = report;
  const parts = KINDS.filter((kind) => changed[kind] > 0).map(
    (kind) => `${changed[kind]} ${kind.replaceAll('_', ' ')}`,
  );
  return `${report.calls} calls: ${report.unchanged} unchanged, ${parts.join(', ') || 'none changed'}, ${notEvaluated(report)} could not be evaluated`;
}

export function simulationForms(report: SimulationReport): Readonly<Record<string, () => string>> {
  return {
    markdown: () =>
      `### Policy simulation\n\n${simulationSummary(report)}\n${
        report.changes.length === 0
          ? ''
          : `\n${markdownTable(
              ['Change', 'Calls', 'Tool', 'Agent', 'Rule', 'Example'],
              simulationRows(report).map((row) =>
                ['change', 'calls', 'tool', 'agent', 'rule', 'example'].map((key) => String(row[key] ?? '')),
              ),
            )}`
      }`,
  };
}
