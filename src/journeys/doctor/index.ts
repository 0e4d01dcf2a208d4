import { systemPorts, type Connection, type ContextPorts } from '../../context/index.js';
import { ThothctlError } from '../../errors/index.js';
import type { GovApi } from '../../govapi/client.js';
import { summarise, type Check, type DoctorReport } from './check.js';
import { configuration, keyring, nodeVersion, policyEngines } from './machine-checks.js';
import { selection, serviceChecks } from './service-checks.js';

export { doctorExit, type DoctorReport } from './check.js';

export interface DoctorInputs {
  readonly connection: () => Promise<Connection>;
  readonly api: () => Promise<GovApi>;
  readonly signal?: AbortSignal;
}

/** Looks at this machine first, then at the control plane; a check that cannot be made is told, not hidden. */
export async function examine(
  inputs: DoctorInputs,
  ports: ContextPorts = systemPorts(),
): Promise<DoctorReport> {
  const machine = [
    nodeVersion(),
    ...(await configuration(ports)),
    await keyring(ports),
    await policyEngines(),
  ];
  return summarise([...machine, ...(await controlPlane(inputs))]);
}

async function controlPlane(inputs: DoctorInputs): Promise<Check[]> {
  try {
    const connection = await inputs.connection();
    return [selection(connection), ...(await serviceChecks(await inputs.api(), connection, inputs.signal))];
  } catch (cause) {
    if (!(cause instanceof ThothctlError) || cause.exit === 'interrupted') throw cause;
    // Nothing selected is where everybody starts; anything else in the selection is a fault.
    const state = cause.message.startsWith('No tenant is selected') ? 'unknown' : 'failed';
    return [{ check: 'selection', state, result: cause.message, ...(cause.fix && { fix: cause.fix }) }];
  }
}
