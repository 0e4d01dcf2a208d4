const STORAGE =
  'Nothing of this was accepted, and nothing recorded before is lost. Repeat it once `thothctl server status` shows the server as ready.';

/**
 * What to do after a refusal whose code says more than its status does. A code that is not here gets the remedy of its
 * status.
 */
const BY_CODE: Readonly<Record<string, string>> = {
  already_exists:
    'Choose another name or id, or change the one there is: `thothctl --help` shows the verbs of its topic.',
  approval_already_resolved: 'A verdict stands; `thothctl approvals show` tells whose it is.',
  approval_expired: 'The hold ran out, so the call was refused; it has to be made again.',
  approver_not_distinct:
    'Let somebody judge it who signed in as themselves, with a code of their own from `thothctl server token`, or whose key an admin issued.',
  approver_related:
    'Let somebody judge it who signed in as themselves, with a code of an admin other than the caller (`thothctl server token`), or whose key such an admin issued. Calls of an agent with a key that an admin issued are for that admin to judge.',
  destination_disabled:
    'Switch it on with `thothctl settings set`: webhook.enabled and webhook.url, siem.webhook.enabled and siem.webhook.url, or pam.enabled and pam.request_url.',
  exception_already_reviewed:
    'A verdict is final; ask for a new exception with `thothctl exceptions request`.',
  login_code_rejected:
    'Check --tenant-id, and sign in again with a new code of that tenant: `thothctl auth login` says where it comes from; the local control plane prints one with `thothctl server token`.',
  mdm_provider_disabled: 'Switch it on with `thothctl mdm upsert PROVIDER --enabled true`.',
  scope_target_not_found:
    'Check the id: `thothctl endpoints list` and `thothctl fleets list` show those there are.',
  secret_required:
    'A stored secret is sent only to the host it was given for, so write address and secret together: with `thothctl settings set --set siem.webhook.url=https://… --set-file siem.webhook.secret=FILE`, with the configuration of `thothctl mdm upsert`, or with `secret` beside `url` in the tenant file.',
  self_approval_refused:
    'Let somebody else judge it. Who judges the calls of an agent should not lend it a credential: issue it a key with `thothctl api-keys create --permission execute`.',
  storage_failed: STORAGE,
  storage_full: STORAGE,
  storage_read_only: STORAGE,
  tenant_exists: 'Choose another id; `thothctl tenants list` shows those there are.',
  unknown_pack:
    '`thothctl packs list` shows the packs there are, and `thothctl packs history PACK` the versions of their rules.',
  webhook_not_configured:
    'Give it a URL and switch it on: thothctl settings set --set webhook.url=https://… --set webhook.enabled=true',
};

/** @param code as the reply tells it */
export function remedyFor(code: string | undefined): string | undefined {
  return code !== undefined && Object.hasOwn(BY_CODE, code) ? BY_CODE[code] : undefined;
}

/** The command that lists what the last parameter of a path names. */
const LISTED_BY: Readonly<Record<string, string>> = {
  approvalId: 'approvals list',
  bundleId: 'policy list',
  deliveryId: 'webhooks deliveries',
  endpointId: 'endpoints list',
  fleetId: 'fleets list',
  jobId: 'mdm jobs',
  keyId: 'api-keys list',
  packId: 'packs list',
  provider: 'mdm list',
  reportId: 'reports list',
  requestId: 'exceptions list',
  vendorId: 'mcp vendors list',
  violationId: 'violations list',
};

/** @param parameter of the path of the request, as the contract names it */
export function remedyForMissing(parameter: string | undefined): string {
  const list =
    parameter !== undefined && Object.hasOwn(LISTED_BY, parameter) ? LISTED_BY[parameter] : undefined;
  const show = list === undefined ? 'the `list` commands show' : `\`thothctl ${list}\` shows`;
  return `Check the id; ${show} those there are, and \`thothctl auth status\` the tenant that was asked.`;
}
