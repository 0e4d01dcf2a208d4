import { ClientCredentials, startDouble, type DoubleReply, type VendorDouble } from './http-double.js';

export interface JamfPro extends VendorDouble {
  readonly client: ClientCredentials;
  computers: unknown[];
  mayReadComputers: boolean;
}

const failure = (status: number, code: string, description: string): DoubleReply => ({
  status,
  body: { httpStatus: status, errors: [{ code, description, id: '0', field: null }] },
});

/** One row of `v1/computers-inventory` with the sections GENERAL, HARDWARE, OPERATING_SYSTEM and USER_AND_LOCATION. */
export function jamfComputer(number: number, user: object = { email: `user${number}@example.com` }) {
  return {
    id: String(number),
    udid: `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`,
    general: { name: `mac-${number}`, platform: 'Mac', remoteManagement: { managed: true } },
    hardware: { serialNumber: `C02${number}`, model: 'MacBook Pro' },
    operatingSystem: { name: 'macOS', version: '15.1', build: '24B83' },
    userAndLocation: { username: `user${number}`, realname: `User ${number}`, ...user },
  };
}

/** Jamf Pro 11 as developer.jamf.com describes it: API clients, `v1/computers-inventory`, error bodies. */
export async function startJamfPro(computers: unknown[]): Promise<JamfPro> {
  const client = new ClientCredentials('jamf-client', 'jamf-secret');
  const double = await startDouble({
    token(request) {
      if (request.path !== '/api/oauth/token') return undefined;
      if (!client.accepts(request)) return { status: 401, body: { error: 'invalid_client' } };
      const told = { scope: 'api-role:2', token_type: 'Bearer', expires_in: client.lifeSeconds };
      return { status: 200, body: { access_token: client.issue(), ...told } };
    },
    authorize(request) {
      if (!client.holds(request)) return failure(401, 'INVALID_TOKEN', 'Unauthorized');
      return jamf.mayReadComputers ? undefined : failure(403, 'INVALID_PRIVILEGE', 'Forbidden');
    },
    inventoryPath: '/api/v1/computers-inventory',
    inventory({ query }) {
      const size = Math.min(2000, Number(query.get('page-size') ?? 100));
      const from = Number(query.get('page') ?? 0) * size;
      const results = jamf.computers.slice(from, from + size);
      return { status: 200, body: { totalCount: jamf.computers.length, results } };
    },
    notFound: failure(404, 'NOT_FOUND', 'The requested resource was not found'),
  });
  const jamf: JamfPro = Object.assign(double, { client, computers, mayReadComputers: true });
  return jamf;
}
