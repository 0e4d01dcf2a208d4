import type { IncomingMessage } from 'node:http';

/** Whole body up to the limit; undefined when it is larger, breaks off, or finds no room. */
export async function readBody(
  request: IncomingMessage,
  limit: number,
  claim: (bytes: number) => boolean = () => true,
): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    // What is left of a body that is not wanted must not tear down the connection before the answer is out.
    for await (const chunk of request.iterator({ destroyOnReturn: false })) {
      if (!Buffer.isBuffer(chunk)) return undefined;
      size += chunk.length;
      if (size > limit || !claim(chunk.length)) return undefined;
      chunks.push(chunk);
    }
  } catch {
    return undefined;
  }
  return Buffer.concat(chunks, size);
}

export function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return undefined;
  }
}
