import * as z from 'zod/mini';
import { ThothctlError } from '../../errors/index.js';

const finding = z.object({
  severity: z.enum(['error', 'warning']),
  code: z.string(),
  message: z.string(),
  line: z.number(),
  column: z.number(),
  name: z.optional(z.string()),
});

const reply = z.object({
  findings: z.array(finding),
  regoVersion: z.string(),
  package: z.string(),
  rules: z.array(z.string()),
  inputs: z.array(z.string()),
  builtins: z.array(z.string()),
  names: z.record(z.string(), z.array(z.string())),
  wasm: z.optional(z.string()),
});

/** What the compiler says about a module; `wasm` is base64. */
export type RegoReply = z.infer<typeof reply>;

export function readReply(value: unknown): RegoReply {
  const read = reply.safeParse(value);
  if (read.success) return read.data;
  throw new ThothctlError({
    code: 'rego_compiler_failed',
    message: 'the Rego compiler gave up on this source',
    exit: 'usage',
    details:
      typeof value === 'object' && value !== null && 'fault' in value ? { fault: String(value.fault) } : {},
  });
}
