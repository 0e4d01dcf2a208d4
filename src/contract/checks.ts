import * as z from 'zod/mini';

// Pieces the generated validators are made of, for what JSON Schema says and zod has no word for.

type Check = ReturnType<typeof z.check<object>>;

function holds(value: object, member: string): boolean {
  return Object.hasOwn(value, member);
}

// RFC 3339 with the slack real servers need: seconds and the colon of the offset may be missing.
const DATE_TIME = /^\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}(:\d{2}(\.\d{1,12})?)?([Zz]|[+-]\d{2}:?\d{2})$/;

export function dateTime() {
  return z
    .string()
    .check(
      z.refine((text) => DATE_TIME.test(text) && !Number.isNaN(Date.parse(text)), 'not an RFC 3339 time'),
    );
}

export function uniqueItems() {
  return z.refine<readonly unknown[]>(
    (items) => new Set(items.map((item) => JSON.stringify(item))).size === items.length,
    'items must be unique',
  );
}

export function minProperties(count: number) {
  return z.refine<object>((value) => Object.keys(value).length >= count, `needs at least ${count} members`);
}

/** `oneOf` over branches that only require members: exactly one of the groups may be there. */
export function exactlyOneOf(...groups: readonly (readonly string[])[]): Check {
  return z.refine<object>(
    (value) => groups.filter((group) => group.every((member) => holds(value, member))).length === 1,
    `exactly one of ${groups.map((group) => group.join('+')).join(', ')} must be given`,
  );
}

/** `anyOf` beside `properties`: at least one branch must accept the value. */
export function matchesAny(...branches: readonly (() => z.ZodMiniType)[]): Check {
  return z.refine<object>(
    (value) => branches.some((branch) => branch().safeParse(value).success),
    'matches none of the allowed forms',
  );
}

/** `if`/`then`: whoever matches the condition must match the consequence, whose faults are reported in place. */
export function implies(condition: () => z.ZodMiniType, consequence: () => z.ZodMiniType): Check {
  return z.check<object>((context) => {
    if (!condition().safeParse(context.value).success) return;
    const result = consequence().safeParse(context.value);
    for (const issue of result.error?.issues ?? []) {
      context.issues.push({
        code: 'custom',
        message: issue.message,
        path: [...issue.path],
        input: context.value,
      });
    }
  });
}

/** A URL query value arrives as text; the same validator also takes the typed value a client holds. */
export function queryInteger<T extends z.ZodMiniType>(inner: T) {
  return z.pipe(
    z.transform((value: unknown) =>
      typeof value === 'string' && /^-?\d{1,16}$/.test(value) ? Number(value) : value,
    ),
    inner,
  );
}

export function queryNumber<T extends z.ZodMiniType>(inner: T) {
  return z.pipe(
    z.transform((value: unknown) =>
      typeof value === 'string' && /^-?\d{1,16}(\.\d{1,16})?$/.test(value) ? Number(value) : value,
    ),
    inner,
  );
}

export function queryBoolean<T extends z.ZodMiniType>(inner: T) {
  return z.pipe(
    z.transform((value: unknown) => (value === 'true' ? true : value === 'false' ? false : value)),
    inner,
  );
}
