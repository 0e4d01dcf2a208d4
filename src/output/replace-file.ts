/**
 * Replaces a file in one step; see `file.ts`, which is loaded only when something is written.
 *
 * @throws ThothctlError `output_not_written`; the old file is untouched then.
 */
export async function replaceFile(path: string, content: string | Uint8Array, mode?: number): Promise<void> {
  const file = await import('./file.js');
  return file.replaceFile(path, content, mode);
}
