import { readFile } from 'node:fs/promises';
import { errorCode, parseJson, usageError } from '../../errors/index.js';

/** Larger than any body the contract takes; the server refuses it as well. */
const LARGEST_BODY = 16 * 1024 * 1024;

/** JSON from a file, or from stdin when the name is a dash. */
export async function readBody(input: string): Promise<unknown> {
  const place = input === '-' ? 'stdin' : input;
  const text = input === '-' ? await readStdin() : await readFileText(input);
  if (text.length > LARGEST_BODY) throw usageError(`${place} holds more than 16 MiB`, 'send less at once');
  return parseJson(text, place, 'give one JSON document');
}

async function readFileText(path: string): Promise<string> {
  return readFile(path, 'utf8').catch((cause: unknown) => {
    const reason = errorCode(cause) ?? 'unknown error';
    throw usageError(`${path} cannot be read: ${reason}`, 'give a readable file, or - for stdin');
  });
}

async function readStdin(): Promise<string> {
  let text = '';
  for await (const chunk of process.stdin.setEncoding('utf8')) {
    text += String(chunk);
    if (text.length > LARGEST_BODY) break;
  }
  return text;
}
