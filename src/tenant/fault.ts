import { ThothctlError } from '../errors/index.js';
import { byPlace, faultText, type PolicyFault } from '../policy/fault.js';

/** Every fault at once. */
export function faultyTenantFile(faults: readonly PolicyFault[]): ThothctlError {
  const sorted = faults.map(withoutSecret).sort(byPlace);
  return new ThothctlError({
    code: 'tenant_file_invalid',
    message: `${faults.length} ${faults.length === 1 ? 'fault' : 'faults'} in the tenant file; nothing was sent\n${sorted.map(faultText).join('\n')}`,
    exit: 'usage',
    fix: 'repair the places listed and run the command again',
    details: { diagnostics: sorted },
  });
}

/** Somebody may have written a secret into the line; a build log is no place for it. */
function withoutSecret(fault: PolicyFault): PolicyFault {
  if (fault.excerpt === undefined || !/secret|token|passw|api_?key|credential/i.test(fault.excerpt))
    return fault;
  const { excerpt: _line, ...rest } = fault;
  return rest;
}
