/** Both headers on every path: some ingress set-ups strip the first. */
export function credentialHeaders(apiKey: string | undefined): Record<string, string> {
  return apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}`, 'x-api-key': apiKey };
}
