import {
  ClientCredentials,
  startDouble,
  type DoubleReply,
  type DoubleRequest,
  type VendorDouble,
} from './http-double.js';

export interface WorkspaceOne extends VendorDouble {
  readonly client: ClientCredentials;
  readonly tenantCode: string;
  readonly account: { readonly username: string; readonly password: string };
  devices: unknown[];
  mayReadDevices: boolean;
  /** The server's own bound on `pagesize`. */
  maxPageSize: number;
}

const failure = (status: number, errorCode: number, message: string): DoubleReply => ({
  status,
  body: { errorCode, message, activityId: '0' },
});

/** One entry of `Devices` in a device search. */
export function workspaceOneDevice(number: number, more: object = {}) {
  return {
    Udid: `WS1${String(number).padStart(8, '0')}`,
    SerialNumber: `SN${number}`,
    DeviceFriendlyName: `laptop-${number}`,
    UserName: `user${number}`,
    UserEmailAddress: `user${number}@example.com`,
    UserId: { Name: `User ${number}` },
    Platform: 'WinRT',
    PlatformId: { Name: 'WinRT' },
    OperatingSystem: '10.0.22631',
    EnrollmentStatus: 'Enrolled',
    Id: { Value: number },
    ...more,
  };
}

/** Workspace ONE UEM REST API v1 with the token service of its region, in one server, as its help page describes it. */
export async function startWorkspaceOne(devices: unknown[]): Promise<WorkspaceOne> {
  const client = new ClientCredentials('ws1-client', 'ws1-secret');
  const account = { username: 'api-admin', password: 'api-password' };
  const basic = `Basic ${Buffer.from(`${account.username}:${account.password}`).toString('base64')}`;
  const known = (request: DoubleRequest): boolean =>
    client.holds(request) || request.headers.authorization === basic;
  const double = await startDouble({
    token(request) {
      if (request.path !== '/connect/token') return undefined;
      if (!client.accepts(request)) return { status: 400, body: { error: 'invalid_client' } };
      const told = { expires_in: client.lifeSeconds, token_type: 'Bearer' };
      return { status: 200, body: { access_token: client.issue(), ...told } };
    },
    authorize(request) {
      if (request.headers['aw-tenant-code'] !== ws1.tenantCode || !known(request)) {
        return failure(401, 1005, 'User authentication failed or invalid API key.');
      }
      return ws1.mayReadDevices ? undefined : failure(403, 403, 'Access to the resource is denied.');
    },
    inventoryPath: '/api/mdm/devices/search',
    inventory({ query }) {
      const size = Math.min(ws1.maxPageSize, Number(query.get('pagesize') ?? 500));
      const page = Number(query.get('page') ?? 0);
      const found = ws1.devices.slice(page * size, (page + 1) * size);
      // Nothing found is not an empty list here.
      if (found.length === 0) return { status: 204 };
      return {
        status: 200,
        body: { Devices: found, Page: page, PageSize: size, Total: ws1.devices.length },
      };
    },
    notFound: failure(404, 404, 'Resource not found.'),
  });
  const ws1: WorkspaceOne = Object.assign(double, {
    client,
    account,
    tenantCode: 'ws1-code',
    devices,
    mayReadDevices: true,
    maxPageSize: 500,
  });
  return ws1;
}
