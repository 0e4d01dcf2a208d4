import { ClientCredentials, startDouble, type DoubleReply, type VendorDouble } from './http-double.js';

export interface Intune extends VendorDouble {
  readonly client: ClientCredentials;
  readonly directory: string;
  devices: unknown[];
  mayReadDevices: boolean;
  pageSize: number;
}

const graphError = (status: number, code: string, message: string): DoubleReply => ({
  status,
  body: { error: { code, message, innerError: { date: '2026-01-05T10:00:00', 'request-id': 'r-1' } } },
});

const entraError = (status: number, error: string, number: number, text: string): DoubleReply => ({
  status,
  body: {
    error,
    error_description: `AADSTS${number}: ${text} Trace ID: 0 Correlation ID: 0 Timestamp: 2026-01-05 10:00:00Z`,
    error_codes: [number],
  },
});

/** One `microsoft.graph.managedDevice`. */
export function managedDevice(number: number, more: object = {}) {
  return {
    id: `dev-${number}`,
    deviceName: `DESKTOP-${number}`,
    operatingSystem: 'Windows',
    osVersion: '10.0.22631.4460',
    serialNumber: `PF${number}`,
    userDisplayName: `User ${number}`,
    userPrincipalName: `user${number}@example.com`,
    emailAddress: `user${number}@example.com`,
    ...more,
  };
}

/** Entra sign-in and the Graph list of managed devices, in one server, as learn.microsoft.com describes them. */
export async function startIntune(devices: unknown[]): Promise<Intune> {
  const client = new ClientCredentials('app-id', 'app-secret');
  const directory = '11111111-2222-4333-8444-555555555555';
  const double = await startDouble({
    token(request) {
      const tenant = /^\/([^/]+)\/oauth2\/v2\.0\/token$/.exec(request.path)?.[1];
      if (tenant === undefined) return undefined;
      if (tenant !== directory) {
        return entraError(400, 'invalid_request', 90002, `Tenant '${tenant}' not found.`);
      }
      if (!client.accepts(request)) {
        return entraError(401, 'invalid_client', 7000215, 'Invalid client secret provided.');
      }
      if (new URLSearchParams(request.body).get('scope') !== `${intune.url}/.default`) {
        return entraError(400, 'invalid_scope', 70011, 'The provided value for scope is not valid.');
      }
      const told = { token_type: 'Bearer', expires_in: client.lifeSeconds, ext_expires_in: 3599 };
      return { status: 200, body: { ...told, access_token: client.issue() } };
    },
    authorize(request) {
      if (!client.holds(request)) {
        const expired = 'Lifetime validation failed, the token is expired.';
        return graphError(401, 'InvalidAuthenticationToken', expired);
      }
      if (intune.mayReadDevices) return undefined;
      return graphError(403, 'Forbidden', 'Application is not authorized to perform this operation.');
    },
    inventoryPath: '/v1.0/deviceManagement/managedDevices',
    inventory({ path, query }, url) {
      const from = Number(query.get('$skiptoken') ?? 0);
      const until = from + intune.pageSize;
      const link = `${url}${path}?$skiptoken=${until}`;
      const more = until < intune.devices.length ? { '@odata.nextLink': link } : {};
      const body = {
        '@odata.count': intune.devices.length,
        ...more,
        value: intune.devices.slice(from, until),
      };
      return { status: 200, body };
    },
    notFound: graphError(400, 'BadRequest', 'Resource not found for the segment.'),
  });
  const intune: Intune = Object.assign(double, {
    client,
    directory,
    devices,
    mayReadDevices: true,
    pageSize: 100,
  });
  return intune;
}
