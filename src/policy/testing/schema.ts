import * as z from 'zod/mini';
import { callDefaultsSchema, callSchema } from '../evaluate/call.js';

/** A policy test file. The one description of it: the reader narrows with it, the published JSON Schema is made of it. */

const described = (description: string) => z.meta({ description });

const expectSchema = z.strictObject({
  decision: z
    .enum(['ALLOW', 'BLOCK', 'STEP_UP', 'MODIFY', 'DEFER'])
    .check(described('What the control plane answers.')),
  reason_code: z.optional(z.string().check(described('Machine code of the decision.'))),
  rule: z.optional(z.string().check(described('Rule that decided: <bundle>#<rule>, or the rule alone.'))),
  args: z.optional(z.record(z.string(), z.unknown()).check(described('Rewritten arguments of a MODIFY.'))),
  flags: z.optional(z.array(z.string()).check(described('Flags reported with the decision.'))),
});

export const testSchema = z.strictObject({
  name: z.string().check(z.minLength(1), described('What the test shows.')),
  call: callSchema,
  expect: expectSchema,
});

export const testFileSchema = z
  .strictObject({
    version: z.optional(z.literal(1)),
    defaults: z.optional(
      callDefaultsSchema.check(described('For every call of this file that says nothing else.')),
    ),
    tests: z.array(testSchema).check(described('Calls, and what must be decided.')),
  })
  .check(
    z.meta({ title: 'thothctl policy tests', description: 'Calls and the decisions a policy must give.' }),
  );

export type Expectation = z.infer<typeof expectSchema>;
