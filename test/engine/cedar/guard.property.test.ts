import '../../support/property-seed.js';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { CedarAuthorizer } from '../../../src/engine/cedar/authorize.js';
import { loadCedar, type CedarLibrary } from '../../../src/engine/cedar/library.js';
import { parseCedar } from '../../../src/engine/cedar/policies.js';
import { cedarRequest, type CedarRequest } from '../../../src/engine/cedar/request.js';
import { buildPolicyInput } from '../../../src/engine/index.js';
import { NO_FACTS, request } from '../fixtures.js';

let cedar: CedarLibrary;
beforeAll(async () => {
  cedar = await loadCedar();
});

const text = fc.constantFrom(
  'pay',
  'read',
  'tool_call:pay',
  'tool_call:read',
  'p',
  '',
  'é',
  '\u{1f600}',
  '*',
);
const whole = fc.constantFrom(0, -1, 7, 100, Number.MAX_SAFE_INTEGER);
const literal = fc.oneof(
  text.map((value) => JSON.stringify(value)),
  whole.map(String),
  fc.constantFrom('true', 'false', 'decimal("1.5")', '{}', '[]', 'Thoth::Tool::"pay"'),
);
const place = fc.constantFrom(
  'context',
  'context.tool',
  'context.action',
  'context.purpose',
  'context.session_requests',
  'context.args',
  'context.args.amount',
  'context.args.to',
  'context.args["of place"].deep',
  'context.args.flag',
  'context.behavioral_score',
  'context.nothing',
  'context.time',
  'principal',
  'principal.id',
  'resource',
);
const value = fc.oneof(place, literal);
const pattern = fc
  .array(fc.constantFrom('*', 'p', 'a', 'tool_call:', 'é', '\\*'), { maxLength: 5 })
  .map((parts) => parts.join(''));
const plainCondition = fc.oneof(
  fc
    .tuple(value, fc.constantFrom('==', '!=', '<', '<=', '>', '>='), value)
    .map(([left, op, right]) => `${left} ${op} ${right}`),
  fc
    .tuple(place, fc.constantFrom('amount', 'to', 'args', 'tool', '"of place"', 'args.amount'))
    .map(([left, name]) => `${left} has ${name}`),
  fc.tuple(value, pattern).map(([left, shape]) => `${left} like "${shape}"`),
  fc
    .tuple(fc.array(literal, { maxLength: 3 }), value)
    .map(([set, one]) => `[${set.join()}].contains(${one})`),
  fc.constantFrom('context.args.flag', 'context.args.amount', 'true', 'false'),
  fc.constantFrom('action in Thoth::Action::"payment"', 'principal in Thoth::Fleet::"blue"'),
  fc.constant('if context.args has to then context.args.to == "pay" else false'),
);
const condition = fc.letrec<{ any: string; plain: string }>((tie) => ({
  plain: plainCondition,
  any: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    tie('plain'),
    fc.tuple(tie('any'), tie('any')).map(([left, right]) => `(${left}) && (${right})`),
    fc.tuple(tie('any'), tie('any')).map(([left, right]) => `(${left}) || (${right})`),
    tie('any').map((inner) => `!(${inner})`),
  ),
})).any;
const head = fc.record({
  principal: fc.constantFrom(
    'principal',
    'principal == Thoth::Agent::"bot"',
    'principal in Thoth::Fleet::"blue"',
    'principal is Thoth::Agent',
  ),
  action: fc.constantFrom(
    'action',
    'action == Thoth::Action::"tool_call:pay"',
    'action in Thoth::Action::"tool_call"',
    'action in [Thoth::Action::"read", Thoth::Action::"tool_call:pay"]',
  ),
  resource: fc.constantFrom('resource', 'resource == Thoth::Tool::"pay"', 'resource in Thoth::Tool::"pay"'),
});
const clauses = fc.array(fc.tuple(fc.constantFrom('when', 'unless'), condition), { maxLength: 3 });
const policy = fc
  .tuple(fc.constantFrom('forbid', 'permit'), head, clauses)
  .map(
    ([effect, { principal, action, resource }, said]) =>
      `${effect} (${principal}, ${action}, ${resource})${said.map(([kind, body]) => ` ${kind} { ${body} }`).join('')};`,
  );
const call = fc
  .record({
    toolName: fc.constantFrom('pay', 'read', 'p'),
    agentId: fc.constantFrom('bot', 'other'),
    fleetId: fc.constantFrom(undefined, 'blue', 'red'),
    purpose: fc.option(text, { nil: undefined }),
    receivedAt: fc.constantFrom('2026-01-05T12:00:00.000Z', '+012026-01-05T12:00:00.000Z'),
    toolArgs: fc.dictionary(
      fc.constantFrom('amount', 'to', 'of place', 'flag', '__extn', '__proto__'),
      fc.oneof(
        text,
        whole,
        fc.boolean(),
        fc.constant(1.5),
        fc.constant({ deep: 'pay' }),
        fc.constant('\ud800'),
      ),
    ),
  })
  .map((over) => buildPolicyInput(request(over), NO_FACTS));

/** What the engine says of one policy; undefined when it refuses the request, or dies of it. */
function engineOn(asked: CedarRequest, id: string, source: string) {
  try {
    const answer = cedar.isAuthorized({ ...asked, policies: { staticPolicies: { [id]: source } } });
    if (answer.type === 'failure') return undefined;
    const { reason, errors } = answer.response.diagnostics;
    return { holding: reason, failing: errors.map(({ policyId }) => policyId) };
  } catch {
    return undefined;
  }
}

describe('the guard of a Cedar policy', () => {
  it('never rules out a policy that the engine finds holding or failing', () => {
    let ruledOut = 0;
    fc.assert(
      fc.property(policy, call, (source, input) => {
        const [parsed] = parseCedar(cedar, source)?.policies ?? [];
        if (parsed === undefined) return fc.pre(false);
        const asked = cedarRequest(input, parsed.mentions);
        const answer = engineOn(asked, 'it', source);
        if (answer === undefined) return;
        const mayHold = parsed.mayHold(asked);
        if (answer.holding.length + answer.failing.length > 0) expect(mayHold, source).toBe(true);
        if (!mayHold) ruledOut += 1;
      }),
      { numRuns: 1000 },
    );
    // It must also be good for something.
    expect(ruledOut).toBeGreaterThan(200);
  });

  it('leaves what an authorizer finds as it is: what holds, what fails, and what is refused', () => {
    fc.assert(
      fc.property(fc.array(policy, { minLength: 1, maxLength: 4 }), call, (sources, input) => {
        const policies = sources.flatMap((source) => parseCedar(cedar, source)?.policies ?? []);
        fc.pre(policies.length === sources.length);
        const authorizer = new CedarAuthorizer(cedar);
        const handle = authorizer.prepare(
          sources.join(),
          new Map(policies.map((each, index) => [`${index}`, each])),
        );
        const found = authorizer.authorize(handle, input);
        const asked = cedarRequest(input, handle.mentions);
        const holding = new Set<string>();
        const failing = new Set<string>();
        for (const [index, source] of sources.entries()) {
          const answer = engineOn(asked, `${index}`, source);
          if (answer === undefined) {
            expect(found.failure).toBeDefined();
            return;
          }
          answer.holding.forEach((id) => holding.add(id));
          answer.failing.forEach((id) => failing.add(id));
        }
        expect(found.failure).toBeUndefined();
        expect(found.holding).toEqual(holding);
        expect(new Set(found.errors.keys())).toEqual(failing);
      }),
      { numRuns: 300 },
    );
  });
});
