import { usageError } from '../errors/index.js';

/**
 * Applies a JMESPath expression to the data of a result.
 *
 * @throws ThothctlError `usage` when the expression does not parse or does not fit the data.
 */
export async function applyQuery(expression: string, data: unknown): Promise<unknown> {
  const { search } = await import('@jmespath-community/jmespath');
  // Undefined members and dates are not JSON; the query sees exactly what `--json` would print.
  const json: Parameters<typeof search>[0] = JSON.parse(JSON.stringify(data ?? null));
  try {
    return search(json, expression);
  } catch (error) {
    const reason = error instanceof Error ? error.message : 'not a JMESPath expression';
    throw usageError(`--query cannot be applied: ${reason}`, 'See https://jmespath.org for the syntax.');
  }
}
