/**
 * What to do after a refusal whose code says more than its status does. A code that is not here gets the remedy of its
 * status.
 */
const BY_CODE: Readonly<Record<string, string>> = {
  already_exists:
    'Choose another name or id, or change the one there is: `thothctl --help` shows the verbs of its topic.',
  approval_already_resolved: 'A verdict stands; `thothctl approvals show` tells whose it is.',
  approval_expired: 'The hold ran out, so the call was refused; it has to be made again.',
  destination_disabled:
    'Switch it on with `thothctl settings set`: webhook.enabled and webhook.url, siem.webhook.enabled and siem.webhook.url, or pam.enabled and pam.request_url.',
  exception_already_reviewed:
    'A verdict is final; ask for a new exception with `thothctl exceptions request`.',
  login_code_rejected:
    'Sign in again with a new code: `thothctl auth login` says where it comes from; the local control plane prints one with `thothctl server token`.',
  mdm_provider_disabled: 'Switch it on with `thothctl mdm upsert PROVIDER --enabled true`.',
  scope_target_not_found:
    'Check the id: `thothctl endpoints list` and `thothctl fleets list` show those there are.',
  unknown_pack:
    '`thothctl packs list` shows the packs there are, and `thothctl packs history PACK` the versions of their rules.',
  webhook_not_configured:
    'Give it a URL and switch it on: thothctl settings set --set webhook.url=https://… --set webhook.enabled=true',
};

/** @param code as the reply tells it */
export function remedyFor(code: string | undefined): string | undefined {
  return code !== undefined && Object.hasOwn(BY_CODE, code) ? BY_CODE[code] : undefined;
}
