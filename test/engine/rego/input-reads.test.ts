import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { buildPolicyInput } from '../../../src/engine/index.js';
import { buildRego } from '../../../src/engine/rego/build.js';
import { RegoCompiler } from '../../../src/engine/rego/compiler.js';
import { RegoEvaluator } from '../../../src/engine/rego/evaluate.js';
import { inputReads, readPart } from '../../../src/engine/rego/input-reads.js';
import { bundle, request } from '../fixtures.js';

describe('what a module reads', () => {
  it.each<[string, readonly string[] | undefined]>([
    ['input.action == "x"; input.tool.args.amount > 1', ['action', 'tool.args.amount']],
    ['input.tool.args.to.iban.bank.country', ['tool.args.to.iban']],
    ['input.tool.args.to; input.tool.args; input.tools', ['tool.args', 'tools']],
    ['input.tool["args"].amount > 1', ['tool']],
    ['input.tool.args["of place"].deep', ['tool.args']],
    ['input["tool"].args', undefined],
    ['x := input', undefined],
    ['import input.context as c', ['context']],
    ['walk(input, [path, value])', undefined],
    ['allow with input as {}', undefined],
    ['# the input decides', undefined],
    ['data.p.inputs', []],
    ['input\n  .context', undefined],
  ])('%s', (source, expected) => {
    expect(inputReads(source)?.map((names) => names.join('.'))).toEqual(expected);
  });

  it('keeps what is read, whole where the whole is read, and nothing else', () => {
    const input = buildPolicyInput(request());
    expect(
      readPart(input, inputReads('input.tool.args.q; input.tool.name; input.action; input.session.nothing')),
    ).toEqual({
      tool: { args: {}, name: input.tool.name },
      action: input.action,
      session: {},
    });
    for (const order of ['input.tool.name; input.tool', 'input.tool; input.tool.name'])
      expect(readPart(input, inputReads(order))).toEqual({ tool: input.tool });
  });

  it('takes a list for what a policy sees of it, and a hostile name for a name', () => {
    const toolArgs: unknown = JSON.parse('{"list":[1,2],"__proto__":{"to":"x"},"n":null}');
    const input = buildPolicyInput(request({ toolArgs: Object(toolArgs) }));
    const part = readPart(
      input,
      inputReads('input.tool.args.list.length; input.tool.args.__proto__.to; input.tool.args.n.x'),
    );
    expect(JSON.stringify(part)).toBe('{"tool":{"args":{"list":[1,2],"__proto__":{"to":"x"},"n":null}}}');
    expect('to' in {}).toBe(false);
  });

  it('gives the same verdict as the whole input', async () => {
    const conditions = [
      'input.principal.id == "bot"',
      'input.context.purpose != ""',
      'input.tool.args.amount > 10',
      'input.session.tool_calls[_] == "x"',
      'count(input.tool.args) == 2',
      'object.get(input.tool, "name", "") == "pay"',
      'some key, _ in input.context; key == "hour_utc"',
      'not input.context.task.ticket',
      'input.tool.args.to.iban == "DE"',
      'not input.tool.args.to.length',
      'input.tool.args.to[_] == "x"',
      'input.tool.args.to.iban.bank',
    ];
    const compiler = new RegoCompiler();
    const evaluator = await RegoEvaluator.create();
    await fc.assert(
      fc.asyncProperty(
        fc.subarray(conditions, { minLength: 1 }),
        fc.record({
          agentId: fc.constantFrom('bot', 'other'),
          purpose: fc.constantFrom('', 'billing'),
          toolName: fc.constantFrom('pay', 'read'),
          toolArgs: fc.constantFrom(
            { amount: 11, to: 'x' },
            { amount: 1, to: ['x'] },
            { to: { iban: 'DE', more: 1 } },
            {},
          ),
          sessionToolCalls: fc.constantFrom(['x'], []),
          taskContext: fc.constantFrom({ ticket: 1 }, undefined),
        }),
        async (chosen, over) => {
          const source = bundle(
            'OPA',
            `package p\n\nimport rego.v1\n\ndeny if {\n\t${chosen.join('\n\t')}\n}\n`,
          );
          const built = await buildRego(compiler, source.rawPolicy);
          if (!built.ok) throw new Error(built.failure);
          const input = buildPolicyInput(request(over));
          await evaluator.prepare(source, built.policy);
          const part = evaluator.evaluate(source, built.policy, input);
          await evaluator.prepare(source, built.policy);
          expect(part).toEqual(evaluator.evaluate(source, { ...built.policy, reads: undefined }, input));
        },
      ),
      { numRuns: 40 },
    );
  });
});
