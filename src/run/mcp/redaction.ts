import { ThothctlError } from '../../errors/index.js';
import type { Account } from '../account/account.js';
import { contentStrings } from './content-strings.js';
import { splice, type Edit } from './splice.js';
import { withinTime } from './within-time.js';

interface Rule {
  readonly name: string;
  readonly pattern: RegExp;
}

/** Forms that hardly anything but a secret has. Each takes time in proportion to the text. */
const KNOWN_FORMS: readonly Rule[] = [
  { name: 'aws_access_key_id', pattern: /\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/g },
  { name: 'github_token', pattern: /\b(?:gh[opsur]_[A-Za-z0-9]{36,255}|github_pat_\w{60,255})/g },
  { name: 'gitlab_token', pattern: /\bglpat-[\w-]{20,255}/g },
  { name: 'slack_token', pattern: /\bxox[abeoprs]-[A-Za-z0-9-]{10,255}/g },
  { name: 'google_api_key', pattern: /\bAIza[\w-]{35}/g },
  { name: 'model_api_key', pattern: /\bsk-[\w-]{20,255}/g },
  { name: 'stripe_key', pattern: /\b[rs]k_(?:live|test)_[A-Za-z0-9]{16,255}/g },
  { name: 'npm_token', pattern: /\bnpm_[A-Za-z0-9]{36}\b/g },
  { name: 'thoth_key', pattern: /\bthoth_(?:live|test|run)_[\w-]{16,255}/g },
  // Not behind any letter of its own alphabet, or a text of many beginnings would be walked once for each.
  { name: 'jwt', pattern: /(?<![\w-])eyJ[\w-]{10,4096}\.eyJ[\w-]{10,8192}\.[\w-]{10,4096}/g },
  {
    name: 'private_key',
    pattern:
      /-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----(?:[^]{0,65536}?-----END [A-Z ]{0,40}PRIVATE KEY-----|[^]*)/g,
  },
];

/** A message without any of these and without escapes holds no known form; looking for them costs next to nothing. */
const ANCHORS =
  'AKIA ASIA ghp_ gho_ ghs_ ghu_ ghr_ github_pat_ glpat- xox AIza sk- k_live_ k_test_ npm_ thoth_ eyJ PRIVATE'.split(
    ' ',
  );

/** What the rules of one's own may take for one message, which nothing else can pass meanwhile. */
const LIMIT_MS = 2000;
const UNSEARCHED = 'not_searched_in_time';

export interface RedactionOptions {
  /** Take out secrets of well-known forms. */
  readonly knownForms: boolean;
  /** Rules of one's own, `NAME=PATTERN`. */
  readonly patterns: readonly string[];
}

/** Takes secrets out of what a server sends, before the client has it. Everything else keeps its bytes. */
export class Redactor {
  readonly #rules: readonly Rule[];
  readonly #skipsPlain: boolean;

  /** @throws ThothctlError `redaction_pattern` */
  constructor(
    options: RedactionOptions,
    private readonly account: Account,
  ) {
    this.#rules = [...(options.knownForms ? KNOWN_FORMS : []), ...options.patterns.map(ownRule)];
    this.#skipsPlain = options.patterns.length === 0;
  }

  redact(line: Buffer): Buffer {
    if (this.#skipsPlain && !line.includes('\\') && !ANCHORS.some((anchor) => line.includes(anchor)))
      return line;
    const { edits, counts } = this.#skipsPlain
      ? this.#found(line)
      : (withinTime(LIMIT_MS, () => this.#found(line)) ?? everything(line));
    for (const [name, count] of counts) this.account.redacted(name, count);
    return edits.length === 0 ? line : splice(line, edits);
  }

  #found(line: Buffer): Found {
    const edits: Edit[] = [];
    const counts = new Map<string, number>();
    for (const { start, end, text } of contentStrings(line)) {
      const clean = this.#clean(text, counts);
      if (clean !== text) edits.push({ start, end, text: JSON.stringify(clean) });
    }
    return { edits, counts };
  }

  #clean(text: string, counts: Map<string, number>): string {
    let clean = text;
    for (const { name, pattern } of this.#rules) {
      clean = clean.replace(pattern, () => {
        counts.set(name, (counts.get(name) ?? 0) + 1);
        return `[redacted:${name}]`;
      });
    }
    return clean;
  }
}

/** What is to be taken out of a line, and how often by which rule. */
interface Found {
  readonly edits: readonly Edit[];
  readonly counts: ReadonlyMap<string, number>;
}

/** Nobody knows what stands in a text that could not be searched in time. */
function everything(line: Buffer): Found {
  const text = JSON.stringify(`[redacted:${UNSEARCHED}]`);
  const edits = [...contentStrings(line)].map(({ start, end }) => ({ start, end, text }));
  return { edits, counts: new Map([[UNSEARCHED, edits.length]]) };
}

/**
 * A repeated group or a back reference can take longer than the age of the machine on a text that a server chose, so
 * neither is accepted. Characters and classes may repeat, which can still take the square of the text or more: hence the
 * limit.
 */
function ownRule(rule: string): Rule {
  const [, name, source] = /^([\w-]{1,40})=([^]{1,1000})$/.exec(rule) ?? [];
  if (name === undefined || source === undefined) throw badPattern(rule, 'it is not NAME=PATTERN');
  if (/\)[*+{?]|\\[1-9k]|\(\?[<=!]/.test(source)) {
    throw badPattern(name, 'it repeats a group, looks around or refers back');
  }
  try {
    const pattern = new RegExp(source, 'gu');
    if (pattern.test('')) throw badPattern(name, 'it matches the empty text');
    pattern.lastIndex = 0;
    return { name, pattern };
  } catch (cause) {
    if (cause instanceof ThothctlError) throw cause;
    throw badPattern(name, 'it is no regular expression');
  }
}

function badPattern(name: string, why: string): ThothctlError {
  return new ThothctlError({
    code: 'redaction_pattern',
    message: `The redaction rule ${JSON.stringify(name)} cannot be used: ${why}.`,
    exit: 'usage',
    fix: "Write --redact-pattern NAME=PATTERN, for example --redact-pattern 'ticket=TCK-[0-9]{6}'.",
  });
}
