import { redact } from '../../cli/redact.js';
import type { View } from '../../output/index.js';
import type { Change, ServerEntry } from './document.js';
import { launchOf } from './check.js';
import type { FilePlan } from './plan.js';

export interface ServerDifference {
  readonly path: string;
  readonly server: string;
  readonly before: string;
  readonly after: string;
}

/** Arguments of servers often hold credentials: a value behind a telling name is masked, as is all of a telling word. */
const TELLING = /(?:key|token|secret|passw|auth|credential)/i;
const LOOKS_SECRET =
  /^(?:(?:sk|ghp|gho|github_pat|xox[abp]|thoth|glpat|AKIA)[-_A-Za-z0-9]{12,}|[A-Za-z0-9+/_-]{40,}={0,2})$/;

export function differences(plans: readonly FilePlan[]): ServerDifference[] {
  return plans.flatMap(({ target, changes }) =>
    changes.map(({ entry, change }) => ({
      path: target.path,
      server: entry.name,
      before: shown(launchOf(entry) ?? { text: addressOf(entry) }),
      after: shown(change),
    })),
  );
}

/** Where a server is reached; a query may hold a key. */
function addressOf({ remote }: ServerEntry): string {
  return (remote?.url ?? '').replace(/\?.*$/s, '?…');
}

function shown(change: Change): string {
  if ('text' in change) return redact(change.text);
  const { command, args } = change;
  const words = args.map((word, index) => {
    const flag = args[index - 1] ?? '';
    if (/^--?[a-z]/i.test(flag) && TELLING.test(flag) && !flag.endsWith('-file')) return '…';
    const inline = /^(--?[^=]*|[A-Z_][A-Z0-9_]*)=/.exec(word);
    if (inline !== null && TELLING.test(inline[1] ?? '')) return `${inline[0]}…`;
    return LOOKS_SECRET.test(word) ? '…' : word;
  });
  return redact(
    [command, ...words].map((word) => (/[\s"']/.test(word) ? JSON.stringify(word) : word)).join(' '),
  );
}

export function differenceView(found: readonly ServerDifference[]): View {
  return {
    kind: 'text',
    text:
      found.length === 0
        ? 'No differences.'
        : found
            .map(({ path, server, before, after }) => `${path}: ${server}\n- ${before}\n+ ${after}`)
            .join('\n'),
  };
}
