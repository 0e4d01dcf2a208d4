/** Last parts of the names that hold secrets in settings and MDM documents. Source: govapi-behaviour section 7. */
const SECRET_NAME =
  /(?:^|\.|_)(?:secret|token|auth_token|api_token|api_key|client_secret|password|tenant_code)$/i;

/** Whether the member at a dotted path holds a secret, which is never shown, compared or given as an argument. */
export function isSecretPath(path: string): boolean {
  return SECRET_NAME.test(path);
}
