import type { Connection } from '../../context/index.js';
import type { GovApi } from '../../govapi/index.js';
import type { LoginClients } from './login.js';

/** Clients for a sign-in. They are not traced: what they exchange is a credential. */
export async function loginClients(
  connection: Connection,
  flags: {
    readonly 'insecure-http'?: boolean | undefined;
    readonly 'ca-file'?: string | undefined;
  },
  version: string,
): Promise<LoginClients> {
  const { createGovApi } = await import('../../govapi/index.js');
  const client = (token: string | undefined): GovApi =>
    createGovApi({
      tenantId: connection.tenantId,
      baseUrl: connection.baseUrl,
      version,
      timeoutSeconds: connection.timeoutSeconds,
      insecureHttp: flags['insecure-http'] === true,
      credential: token === undefined ? undefined : { kind: 'bearer', secret: token },
      ...(flags['ca-file'] !== undefined && { caFile: flags['ca-file'] }),
    });
  return { open: client(undefined), withToken: client };
}
