import { isJsonObject, textMember } from '../../tenants/json-documents.js';
import { lacking, member, sameOrigin, under, type MdmConnector } from '../connector.js';
import { readDevice, type DeviceMembers } from '../device.js';
import { countOf, rowsOf } from '../inventory-rows.js';

const GRAPH = 'https://graph.microsoft.com';
const AUTHORITY = 'https://login.microsoftonline.com';
const SELECTED = [
  'id',
  'deviceName',
  'operatingSystem',
  'osVersion',
  'serialNumber',
  'userDisplayName',
  'userPrincipalName',
  'emailAddress',
].join(',');
const MEMBERS: DeviceMembers = {
  id: ['id'],
  hostname: ['deviceName', 'serialNumber'],
  platform: ['operatingSystem'],
  osVersion: ['osVersion'],
  email: ['emailAddress', 'userPrincipalName'],
  employee: ['userDisplayName', 'userPrincipalName'],
  department: [],
};

/** Microsoft Intune: an Entra app registration, then Graph's `deviceManagement/managedDevices` by `@odata.nextLink`. */
export const intune: MdmConnector = {
  product: 'Microsoft Intune',
  advice: {
    signIn:
      'check azure_tenant_id, client_id and client_secret of the app registration: the secret is its value, not its id, and expires',
    permission:
      'give the app registration the application permission DeviceManagementManagedDevices.Read.All, and grant admin consent',
    address: `base_url is ${GRAPH} and authority ${AUTHORITY}, or their counterparts of a national cloud`,
  },
  missing: (config) => lacking(config, ['azure_tenant_id', 'client_id', 'client_secret']),
  source(config) {
    const base = config['base_url'] ?? GRAPH;
    const directory = encodeURIComponent(member(config, 'azure_tenant_id'));
    const first = under(base, '/v1.0/deviceManagement/managedDevices', { $select: SELECTED });
    return {
      authentication: {
        kind: 'client_credentials',
        url:
          config['token_url'] ?? under(config['authority'] ?? AUTHORITY, `/${directory}/oauth2/v2.0/token`),
        form: {
          client_id: member(config, 'client_id'),
          client_secret: member(config, 'client_secret'),
          scope: `${new URL(base).origin}/.default`,
        },
      },
      headers: { accept: 'application/json' },
      pageUrl: (position) => (position === undefined ? first : sameOrigin(position, base)),
      readPage(body, position) {
        const next = isJsonObject(body) ? textMember(body, '@odata.nextLink') : undefined;
        return {
          rows: rowsOf(body, 'value'),
          total: countOf(body, '@odata.count'),
          next: next === undefined ? undefined : sameOrigin(next, position ?? first),
        };
      },
      readDevice: (row) => readDevice(row, MEMBERS),
    };
  },
};
