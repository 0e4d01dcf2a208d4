import type { OperationId, OperationInput } from '../../contract/index.js';
import { describeIssues, loadSchemas } from '../../contract/validators.js';
import { ThothctlError } from '../../errors/index.js';

/** A body that fits its operation. @throws ThothctlError `tenant_file_value` naming each member that does not. */
export async function writable<Id extends OperationId>(
  operation: Id,
  body: Readonly<Record<string, unknown>>,
): Promise<NonNullable<OperationInput<Id>['body']>> {
  const { request } = await loadSchemas(operation);
  const given = Object.fromEntries(
    Object.entries(body).filter(([, value]) => value !== null && value !== undefined),
  );
  const read = request?.().safeParse(given);
  // The schema is the operation's own: what it accepts has the operation's type.
  if (read?.success === true) return read.data as NonNullable<OperationInput<Id>['body']>;
  const issues = read?.error === undefined ? [] : describeIssues(read.error);
  throw new ThothctlError({
    code: 'tenant_file_value',
    message:
      issues.map(({ path, message }) => `${path}: ${message}`).join('; ') || `${operation} takes no body`,
    exit: 'usage',
    fix: 'correct these members in the tenant file',
  });
}
