/** Variables every command reads, for help, manual and `capabilities`. Flags win over them. */
export const COMMON_VARIABLES: Readonly<Record<string, string>> = {
  THOTH_TENANT_ID: 'tenant to work on',
  THOTH_GOVAPI_URL: 'base URL of the control plane',
  THOTH_AUTH_TOKEN: 'admin bearer token',
  THOTH_ORG_API_KEY: 'organization API key',
  THOTHCTL_CONTEXT: 'saved context to use',
  THOTHCTL_CONFIG_DIR: 'folder of contexts and settings',
  NO_COLOR: 'any value turns colour off; FORCE_COLOR turns it on',
  HTTPS_PROXY: 'proxy for requests; HTTP_PROXY and NO_PROXY likewise',
};
