import type { OperationOutput } from '../../contract/index.js';
import type { GovApi } from '../../govapi/client.js';
import type { KeyScope, KeyPermission } from './scope.js';

export interface Authorisation {
  readonly answer: OperationOutput<'authorizeApiKey'>;
  readonly authorised: boolean;
}

/** Asks whether this very key may do this in this scope. A negative answer is an answer, not an error. */
export async function authoriseKey(
  api: Pick<GovApi, 'call'>,
  question: {
    readonly keyId: string;
    readonly apiKey: string;
    readonly permission: KeyPermission;
    readonly scope: KeyScope;
  },
  signal?: AbortSignal,
): Promise<Authorisation> {
  const answer = await api.call(
    'authorizeApiKey',
    {
      path: { keyId: question.keyId },
      body: {
        api_key: question.apiKey,
        permission: question.permission,
        resource_type: question.scope.level,
        resource_id: question.scope.targetId ?? '',
      },
    },
    { signal },
  );
  const authorised = answer.valid && answer.permission_allowed && answer.scope_allowed && !answer.expired;
  return { answer, authorised };
}
