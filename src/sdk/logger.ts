/** Where the SDK writes. Fields are already free of arguments, results, headers and keys. */
export interface ThothLogger {
  debug(message: string): void;
  info(message: string): void;
  warn(message: string): void;
  error(message: string): void;
}

/** What the SDK itself writes to: a text that is made only where its level is written comes as a function. */
export interface LazyLogger extends ThothLogger {
  debug(message: string | (() => string)): void;
}

const LEVELS = { debug: 10, info: 20, warn: 30, error: 40 } as const;
type LogLevel = keyof typeof LEVELS;

const LEVEL_WORDS: ReadonlyMap<string, number> = new Map([
  ['TRACE', 10],
  ['DEBUG', 10],
  ['NOTSET', 10],
  ['INFO', 20],
  ['WARN', 30],
  ['WARNING', 30],
  ['ERROR', 40],
  ['CRITICAL', 40],
  ['FATAL', 40],
]);

/** Threshold of a level word or number, undefined when it is neither. */
export function levelThreshold(level: string | number | undefined): number | undefined {
  if (level === undefined) return undefined;
  const word = String(level).trim().toUpperCase();
  const known = LEVEL_WORDS.get(word);
  if (known !== undefined) return known;
  return /^\d{1,3}$/.test(word) ? Number(word) : undefined;
}

/** Goes to stderr at every level: stdout belongs to the host program, often to a protocol. */
const STDERR: ThothLogger = {
  debug: (message) => console.error(message),
  info: (message) => console.error(message),
  warn: (message) => console.error(message),
  error: (message) => console.error(message),
};

/** Wraps a logger with the threshold. A logger that throws never disturbs a governed call. */
export function createLogger(
  threshold: number = LEVELS.warn,
  target: Partial<ThothLogger> = STDERR,
): LazyLogger {
  const at = (level: LogLevel) => (message: string | (() => string)) => {
    if (LEVELS[level] < threshold) return;
    try {
      target[level]?.(`thoth ${level} ${clean(typeof message === 'string' ? message : message())}`);
    } catch {
      // Logging is never a reason to fail a call.
    }
  };
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}

/** Tool names and reasons come from outside: one line, no control characters, bounded. */
export function clean(text: string): string {
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g, ' ').slice(0, 2000);
}
