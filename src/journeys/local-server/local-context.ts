import { access } from 'node:fs/promises';
import { ThothctlError } from '../../errors/index.js';
import { listContexts, setContext, systemPorts, type ContextPorts } from '../../context/index.js';

const LOCAL_CONTEXT = 'local';

export interface LocalInstallation {
  readonly url: string;
  readonly tenantId: string;
  readonly adminTokenFile: string;
}

/**
 * Makes the `local` context point at this control plane, so that the next command needs no flag; selects it only
 * when none is selected. A `local` context of another installation that still exists is left alone.
 * @returns what to tell the user, undefined when all is as usual.
 */
export async function pointLocalContext(
  installation: LocalInstallation,
  ports: ContextPorts = systemPorts(),
): Promise<string | undefined> {
  try {
    const contexts = await listContexts(ports);
    const present = contexts.find((context) => context.name === LOCAL_CONTEXT);
    const keptIn = present?.credential?.ref;
    if (keptIn !== undefined && keptIn !== installation.adminTokenFile && (await exists(keptIn))) {
      return `The context \`local\` belongs to another installation and was left alone. Reach this one with --tenant-id ${installation.tenantId} --govapi-url ${installation.url} --auth-token-file ${installation.adminTokenFile}`;
    }
    const context = await setContext(
      ports,
      LOCAL_CONTEXT,
      {
        tenant_id: installation.tenantId,
        govapi_url: installation.url,
        apex_domain: null,
        enforce_url: null,
        credential: { kind: 'bearer', store: 'file', ref: installation.adminTokenFile, expires_at: null },
      },
      'if-none',
    );
    return context.current
      ? undefined
      : 'Another context is selected; add --context local, or select it with `thothctl context use local`.';
  } catch (cause) {
    // A control plane runs without a context just as well; a container may have no place to keep one.
    if (!(cause instanceof ThothctlError)) throw cause;
    return `The context \`local\` could not be written: ${cause.message}`;
  }
}

async function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}
