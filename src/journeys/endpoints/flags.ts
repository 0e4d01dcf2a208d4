import type { OperationInput } from '../../contract/index.js';
import { Flags, repeatable } from '../../cli/flags.js';
import { usageError } from '../../errors/index.js';

const SYSTEMS = ['macos', 'windows', 'linux'] as const;
const ENROLLMENTS = ['jamf', 'intune', 'workspace_one', 'kandji', 'manual', 'unmanaged'] as const;
const MODES = ['enforce', 'shadow', 'off'] as const;
const ENVIRONMENTS = ['dev', 'staging', 'prod'] as const;

/** What can be said of one endpoint. */
export const endpointFlags = {
  hostname: Flags.string({ description: 'name of the machine' }),
  os: Flags.option({ options: SYSTEMS, description: 'operating system' })(),
  'os-version': Flags.string({ description: 'its version' }),
  'employee-name': Flags.string({ description: 'who uses it' }),
  'employee-email': Flags.string({ description: 'mail address of who uses it' }),
  department: Flags.string({ description: 'department it belongs to' }),
  enrollment: Flags.option({ options: ENROLLMENTS, description: 'who manages it' })(),
  'enforcement-mode': Flags.option({ options: MODES, description: 'mode of the proxy on it' })(),
  environment: Flags.option({ options: ENVIRONMENTS, description: 'environment it is in' })(),
  'proxy-version': Flags.string({ description: 'version of the proxy on it' }),
  'agent-id': repeatable({ description: 'agent that runs on it; repeatable' }),
  'risk-score': Flags.string({ description: 'risk from 0 to 100' }),
  'fleet-id': Flags.string({ description: 'fleet it belongs to' }),
  provider: Flags.string({ description: 'where it is known from' }),
};

export interface EndpointFlags {
  readonly hostname?: string | undefined;
  readonly os?: (typeof SYSTEMS)[number] | undefined;
  readonly 'os-version'?: string | undefined;
  readonly 'employee-name'?: string | undefined;
  readonly 'employee-email'?: string | undefined;
  readonly department?: string | undefined;
  readonly enrollment?: (typeof ENROLLMENTS)[number] | undefined;
  readonly 'enforcement-mode'?: (typeof MODES)[number] | undefined;
  readonly environment?: (typeof ENVIRONMENTS)[number] | undefined;
  readonly 'proxy-version'?: string | undefined;
  readonly 'agent-id'?: readonly string[] | undefined;
  readonly 'risk-score'?: string | undefined;
  readonly 'fleet-id'?: string | undefined;
  readonly provider?: string | undefined;
}

/** @throws ThothctlError `usage` without id or host name, or for a score that is no number. */
export function endpointBody(
  endpointId: string | undefined,
  flags: EndpointFlags,
): NonNullable<OperationInput<'registerEndpoint'>['body']> {
  const { hostname } = flags;
  if (endpointId === undefined || hostname === undefined) {
    throw usageError(
      'an endpoint needs an id and a host name',
      'give ENDPOINT and --hostname, or a file of endpoints with --from-file',
    );
  }
  const score = flags['risk-score'];
  if (score !== undefined && !/^\d+(?:\.\d+)?$/u.test(score)) {
    throw usageError(`--risk-score must be a number, not ${JSON.stringify(score)}`, 'for example 12.5');
  }
  return {
    endpoint_id: endpointId,
    hostname,
    os: flags.os,
    os_version: flags['os-version'],
    employee_name: flags['employee-name'],
    employee_email: flags['employee-email'],
    department: flags.department,
    enrollment: flags.enrollment,
    enforcement_mode: flags['enforcement-mode'],
    environment: flags.environment,
    proxy_version: flags['proxy-version'],
    agent_ids: flags['agent-id'] === undefined ? undefined : [...flags['agent-id']],
    risk_score: score === undefined ? undefined : Number(score),
    fleet_id: flags['fleet-id'],
    provider: flags.provider,
  };
}
