const LF = 0x0a;
const CR = 0x0d;
const SPACE = 0x20;

/**
 * A message as one line with its end. In JSON a raw line end stands only between tokens, where a space says the same and
 * moves nothing.
 */
export function oneLine(message: Buffer): Buffer {
  const line = Buffer.alloc(message.length + 1, LF);
  message.copy(line);
  for (const end of [LF, CR]) {
    for (let at = message.indexOf(end); at !== -1; at = message.indexOf(end, at + 1)) line[at] = SPACE;
  }
  return line;
}
