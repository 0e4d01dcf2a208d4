import { readFile } from 'node:fs/promises';
import { errorCode, usageError } from '../../errors/index.js';
import { PlacedDocument } from '../document.js';
import { callSchema, type DescribedCall } from '../evaluate/call.js';
import { faultyPolicy } from '../fault.js';

export const CONSEQUENCE = 'nothing was explained';

/** A call as the author described it in a YAML file. @throws ThothctlError `policy_invalid` with every fault */
export async function readCallFile(file: string): Promise<DescribedCall> {
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    const reason = errorCode(cause) ?? 'unknown error';
    throw usageError(
      `${file} cannot be read: ${reason}`,
      'give a YAML file with the members of `call` in a test',
    );
  });
  const document = await PlacedDocument.parse(text, file);
  const call = document.faults.length === 0 ? document.narrow(callSchema) : undefined;
  if (call === undefined) throw faultyPolicy(document.faults, CONSEQUENCE);
  return call;
}
