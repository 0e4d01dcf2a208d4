import type * as z from 'zod/mini';

/** One fault of a value: where (`data[0].status`) and what. Never quotes the value, which may be secret. */
export interface Issue {
  readonly path: string;
  readonly message: string;
}

type CoreIssue = z.core.$ZodIssue;

/** Faults in words. zod/mini ships without a language, so the words are ours. */
export function describeIssues(error: { readonly issues: readonly CoreIssue[] }): Issue[] {
  return error.issues.map((issue) => ({ path: formatPath(issue.path), message: describe(issue) }));
}

function formatPath(path: readonly PropertyKey[]): string {
  return path
    .map((part, index) =>
      typeof part === 'number' ? `[${part}]` : `${index === 0 ? '' : '.'}${String(part)}`,
    )
    .join('');
}

function describe(issue: CoreIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      return `must be ${issue.expected}`;
    case 'invalid_value':
      return `must be ${issue.values.length === 1 ? '' : 'one of '}${issue.values.map(String).join(', ')}`;
    case 'too_small':
      if (issue.minimum === 1 && issue.origin === 'string') return 'must not be empty';
      return issue.origin === 'string' || issue.origin === 'array'
        ? `needs at least ${issue.minimum} ${issue.origin === 'string' ? 'characters' : 'items'}`
        : `must be at least ${issue.minimum}`;
    case 'too_big':
      return issue.origin === 'string' || issue.origin === 'array'
        ? `takes at most ${issue.maximum} ${issue.origin === 'string' ? 'characters' : 'items'}`
        : `must be at most ${issue.maximum}`;
    case 'invalid_format':
      return issue.format === 'regex' && issue.pattern !== undefined
        ? `must match ${issue.pattern}`
        : `is not a valid ${issue.format}`;
    case 'invalid_union':
      return 'matches none of the allowed forms';
    case 'custom':
      return issue.message;
    default:
      return 'is not valid';
  }
}
