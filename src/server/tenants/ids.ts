import { randomFillSync } from 'node:crypto';

const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';
const TIME_CHARACTERS = 10;
const RANDOM_CHARACTERS = 16;
const POOL_BYTES = RANDOM_CHARACTERS * 256;

/**
 * Makes ids such as `vio_01k3…`: prefix, ten characters of time, three of sequence, thirteen random ones (65 bits), lower case and
 * URL-safe. Ids of one process sort by creation, within a millisecond too.
 */
export function idSource(now: () => number): (prefix: string) => string {
  const pool = Buffer.allocUnsafe(POOL_BYTES);
  let offset = POOL_BYTES;
  let lastTime = -1;
  let timeText = '';
  let sequence = 0;

  return (prefix) => {
    const time = Math.max(now(), lastTime);
    if (time === lastTime) sequence += 1;
    else {
      lastTime = time;
      sequence = 0;
      timeText = base32(time, TIME_CHARACTERS);
    }
    if (offset + RANDOM_CHARACTERS > POOL_BYTES) {
      randomFillSync(pool);
      offset = 0;
    }
    // Three of the sixteen characters count within the millisecond, so that order survives a burst.
    let random = base32(sequence, 3);
    for (let index = 3; index < RANDOM_CHARACTERS; index += 1) {
      random += ALPHABET[(pool[offset + index] ?? 0) & 31];
    }
    offset += RANDOM_CHARACTERS;
    return `${prefix}_${timeText}${random}`;
  };
}

function base32(value: number, width: number): string {
  let rest = value;
  let text = '';
  for (let index = 0; index < width; index += 1) {
    text = ALPHABET[rest % 32] + text;
    rest = Math.floor(rest / 32);
  }
  return text;
}
