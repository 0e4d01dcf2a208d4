import type { OperationId, OperationInput } from '../../contract/index.js';
import { describeIssues, loadSchemas } from '../../contract/validators.js';
import { usageError } from '../../errors/index.js';
import { jsonObjectFile } from './read.js';

/** The body of an operation from a JSON file. @throws ThothctlError `usage` naming every member that does not fit. */
export async function bodyFile<Id extends OperationId>(
  operation: Id,
  flag: string,
  path: string,
): Promise<NonNullable<OperationInput<Id>['body']>> {
  const given = await jsonObjectFile(flag, path);
  const { request } = await loadSchemas(operation);
  const read = request?.().safeParse(given);
  // The schema is the operation's own: what it accepts has the operation's type.
  if (read?.success === true) return read.data as NonNullable<OperationInput<Id>['body']>;
  const issues = read?.error === undefined ? [] : describeIssues(read.error);
  throw usageError(
    `${path}: ${issues.map((issue) => `${issue.path}: ${issue.message}`).join('; ') || 'not a body'}`,
    'correct these members',
  );
}
