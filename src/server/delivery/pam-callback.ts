import { createHash } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { checkSignature, SIGNATURE_HEADER, TIMESTAMP_HEADER } from '../../signing/index.js';
import { resolveApproval, type ApprovalContext } from '../enforce/approval-resolution.js';
import type { Approver } from '../enforce/approver-party.js';
import { HttpError, type Provenance } from '../http/port.js';
import { parseJsonBody } from '../http/request-body.js';
import { unkeepable } from '../http/json-bounds.js';
import {
  isJsonObject,
  objectMember,
  parseDocument,
  textMember,
  type JsonObject,
} from '../tenants/json-documents.js';
import { signersInForce } from '../tenants/settings-secrets.js';
import { readSettings } from '../tenants/settings-store.js';
import { pamProvider } from './channel.js';

interface Sent {
  /** As it arrived. */
  readonly body: Buffer;
  readonly headers: IncomingHttpHeaders;
}

type Signer = ReturnType<typeof signersInForce>[number];

const MAX_TEXT = 2000;
/** Stands in where no secret is set, so that such a tenant answers no faster. Nothing is signed with it. */
const NO_SECRET = createHash('sha256').update('no secret is set').digest('hex');

/**
 * Takes the verdict of a PAM system on a hold. It counts as the verdict of one approver, `pam:<provider>`, under the rules
 * of every other. A callback that comes again word for word changes nothing and gets the answer it got at first.
 */
export async function receiveCallback(
  context: ApprovalContext,
  tenantId: string,
  sent: Sent,
  provenance: Provenance,
): Promise<object> {
  const settings = await readSettings(context, tenantId);
  const now = context.clock.now();
  const { enabled } = objectMember(settings.document, 'pam');
  const signers = enabled === true ? signersInForce(settings, 'pam.callback_secret', now) : [];
  const { givenBy } = signerOf(sent, signers, now);

  const digest = createHash('sha256')
    .update(`${one(sent.headers, TIMESTAMP_HEADER) ?? ''}.`)
    .update(sent.body)
    .digest('hex');
  const seen = await context.store.read
    .selectFrom('pam_callbacks')
    .select('reply')
    .where('tenant_id', '=', tenantId)
    .where('digest', '=', digest)
    .executeTakeFirst();
  if (seen !== undefined) return { ...parseDocument(seen.reply), replayed: true };

  const verdict = callbackOf(sent.body);
  const approvalId = await approvalOf(context, tenantId, verdict);
  const literal = textMember(verdict, 'decision') ?? '';
  const reason = textMember(verdict, 'reason')?.slice(0, MAX_TEXT);
  const person = textMember(verdict, 'resolved_by')?.slice(0, MAX_TEXT);
  return resolveApproval(context, tenantId, approvalId, {
    literal,
    reason: reason === undefined || reason === '' ? null : reason,
    principal: approver(pamProvider(settings), givenBy),
    provenance,
    facts: {
      callback_digest: digest,
      ...(givenBy === null ? {} : { secret_given_by: givenBy }),
      // Who the PAM system says it was: its word, not an identity this server has checked.
      ...(person === undefined || person === '' ? {} : { on_behalf_of: person }),
    },
    alongside: (answer) =>
      context.store.build
        .insertInto('pam_callbacks')
        .values({ tenant_id: tenantId, digest, reply: JSON.stringify(answer), received_at: now })
        .onConflict((conflict) => conflict.doNothing())
        .compile(),
  });
}

/** Whose secret signed it. Throws 401, with the same words for an unknown tenant, one without PAM, and a wrong signature. */
function signerOf(sent: Sent, signers: readonly Signer[], now: number): Signer {
  const message = {
    timestamp: one(sent.headers, TIMESTAMP_HEADER),
    signature: one(sent.headers, SIGNATURE_HEADER),
    body: sent.body,
  };
  const secrets = signers.length > 0 ? signers.map(({ secret }) => secret) : [NO_SECRET];
  const finding = checkSignature(message, secrets, now);
  const signer =
    finding === 'valid'
      ? signers.find(({ secret }) => checkSignature(message, [secret], now) === 'valid')
      : undefined;
  if (signer !== undefined) return signer;
  if (signers.length > 0 && finding === 'stale') {
    throw new HttpError(
      401,
      'callback_stale',
      'the callback was signed too long ago or by a clock that is ahead',
    );
  }
  throw new HttpError(401, 'unauthorized', 'the callback is not signed as this tenant expects');
}

function callbackOf(raw: Buffer): JsonObject {
  const body = parseJsonBody(raw);
  const problem = unkeepable(body);
  if (problem !== undefined) throw new HttpError(400, 'invalid_request', `the body ${problem}`);
  if (isJsonObject(body)) return body;
  throw new HttpError(400, 'invalid_request', 'the body must be a JSON object');
}

async function approvalOf(context: ApprovalContext, tenantId: string, verdict: JsonObject): Promise<string> {
  const approvalId = textMember(verdict, 'approval_id');
  const holdToken = textMember(verdict, 'hold_token');
  if (approvalId === undefined && holdToken === undefined) {
    throw new HttpError(400, 'invalid_request', 'approval_id or hold_token is required');
  }
  if (holdToken === undefined) return approvalId ?? '';
  const row = await context.store.read
    .selectFrom('approvals')
    .select('approval_id')
    .where('tenant_id', '=', tenantId)
    .where('hold_token', '=', holdToken)
    .executeTakeFirst();
  if (row === undefined) throw new HttpError(404, 'not_found', 'there is no hold with this token');
  if (approvalId !== undefined && approvalId !== row.approval_id) {
    throw new HttpError(400, 'invalid_request', 'approval_id and hold_token name different holds');
  }
  return row.approval_id;
}

/** Whoever gave the secret can sign with it: in the question whose verdict it is, the PAM system descends from that key. */
function approver(provider: string, givenBy: string | null): Approver {
  const name = `pam:${provider}`;
  return { kind: 'pam', credentialId: name, name, mintedBy: givenBy };
}

function one(headers: IncomingHttpHeaders, name: string): string | undefined {
  const value = headers[name];
  return typeof value === 'string' ? value : undefined;
}
