import { readFile } from 'node:fs/promises';
import { errorCode, usageError } from '../../errors/index.js';
import { checkSignature, SIGNATURE_HEADER, TIMESTAMP_HEADER } from '../../signing/index.js';

export interface Verification {
  readonly verified: boolean;
  /** valid, malformed, mismatch or stale. */
  readonly finding: ReturnType<typeof checkSignature>;
  readonly timestamp: string | null;
  readonly age_seconds: number | null;
  readonly bytes: number;
}

interface Delivery {
  /** `Name: value`, as received. */
  readonly headers: readonly string[];
  /** File with the raw body; stdin when undefined. */
  readonly bodyFile: string | undefined;
  readonly secret: string;
  readonly toleranceSeconds: number;
}

const LARGEST_BODY = 16 * 1024 * 1024;

/** Checks a delivery that was received somewhere: its headers, and the body byte for byte. */
export async function verifyDelivery(delivery: Delivery, now: number): Promise<Verification> {
  const headers = readHeaders(delivery.headers);
  const body = delivery.bodyFile === undefined ? await readStdin() : await readBodyFile(delivery.bodyFile);
  const timestamp = headers.get(TIMESTAMP_HEADER);
  const finding = checkSignature(
    { timestamp, signature: headers.get(SIGNATURE_HEADER), body },
    [delivery.secret],
    now,
    delivery.toleranceSeconds,
  );
  const age = finding === 'malformed' ? Number.NaN : now / 1000 - Number(timestamp);
  return {
    verified: finding === 'valid',
    finding,
    timestamp: timestamp ?? null,
    age_seconds: Number.isNaN(age) ? null : Math.round(age),
    bytes: body.length,
  };
}

function readHeaders(lines: readonly string[]): Map<string, string> {
  return new Map(
    lines.map((line) => {
      const cut = line.indexOf(':');
      if (cut < 1) {
        throw usageError(
          `--header ${JSON.stringify(line)} is not "Name: value"`,
          `give --header "${TIMESTAMP_HEADER}: …" and --header "${SIGNATURE_HEADER}: …"`,
        );
      }
      return [line.slice(0, cut).trim().toLowerCase(), line.slice(cut + 1).trim()];
    }),
  );
}

async function readBodyFile(path: string): Promise<Buffer> {
  return readFile(path).catch((cause: unknown) => {
    const reason = errorCode(cause) ?? 'unknown error';
    throw usageError(`${path} cannot be read: ${reason}`, 'give a readable file, or the body on stdin');
  });
}

async function readStdin(): Promise<Buffer> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of process.stdin) {
    const bytes = Buffer.from(part);
    size += bytes.length;
    if (size > LARGEST_BODY)
      throw usageError('stdin holds more than 16 MiB', 'give the body of one delivery');
    parts.push(bytes);
  }
  return Buffer.concat(parts);
}
