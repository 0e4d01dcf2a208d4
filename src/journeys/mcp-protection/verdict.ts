import { clean } from '../../sdk/logger.js';
import { isJsonObject, type JsonObject } from '../../sdk/vocabulary.js';
import type { Wrapped } from '../mcp-config/launch.js';
import type { PeerEnded } from './peer.js';
import type { Testimony } from './witness.js';

/** `unknown` could not be found out: the server did not start, did not answer, or no decision was made. */
export type Protection = 'protected' | 'unprotected' | 'unknown';

export interface Verdict {
  readonly state: Protection;
  /** What was seen, one line, nothing that a server wrote in it. */
  readonly result: string;
  readonly fix?: string;
}

const MAX_TEXT = 300;
const TRY_BY_HAND = 'start its command in a terminal to see why';

/** What the answer to the canary proves. `answer` is undefined when the call is held for an approver. */
export function judge(answer: JsonObject | undefined, seen: Testimony, { flags }: Wrapped): Verdict {
  if (seen.sawCanary) {
    const mode = flags.get('enforcement-mode')?.at(-1);
    return {
      state: 'unprotected',
      result: 'a call that no policy can allow reached the server',
      fix:
        mode === 'observe' || mode === 'shadow'
          ? `the mode ${mode} only watches; wrap again with --enforcement-mode block`
          : 'see why with `thothctl violations tail`, and give the agent a scope with `thothctl agents scope set`',
    };
  }
  if (answer === undefined) return { state: 'protected', result: 'held for an approver by Thoth' };
  const { result } = answer;
  const meta = isJsonObject(result) ? result['_meta'] : undefined;
  const source = isJsonObject(meta) ? meta['ai.thoth/source'] : undefined;
  if (!isJsonObject(meta) || typeof source !== 'string') {
    return {
      state: 'unprotected',
      result: 'the call was answered, but not by Thoth',
      fix: 'wrap the server again with `thothctl mcp-config wrap`',
    };
  }
  if (source === 'enforcer_unavailable' || source === 'enforcer_rejected') {
    return {
      state: 'unknown',
      result: `every call is refused, because no decision was made: ${textOf(result)}`,
      fix:
        source === 'enforcer_unavailable'
          ? 'check --api-url of the launch and that the enforcer runs'
          : 'check the key of the launch with `thothctl api-keys list`; it needs permission execute',
    };
  }
  const code = meta['ai.thoth/reason_code'];
  return { state: 'protected', result: `blocked by Thoth${typeof code === 'string' ? ` (${code})` : ''}` };
}

/** The launch ended while `step` was asked for. */
export function endedVerdict(
  { code, notStarted, stderr }: PeerEnded,
  seen: Testimony,
  step: string,
): Verdict {
  if (notStarted !== undefined) {
    return unknown(
      `the program of the launch could not be started (${notStarted})`,
      'wrap again with `thothctl mcp-config wrap`; clients started from a desktop need absolute paths',
    );
  }
  if (seen.notStarted !== undefined) return programMissing(seen.notStarted);
  if (seen.reached) return serverEnded(seen, step);
  // Nothing but our own proxy ran, so what stands here is no output of a server.
  const said = /^(?:Error: )?(?<what>.+)$/m.exec(stderr)?.groups?.['what'];
  const next = /^\s*Next: (?<fix>.+)$/m.exec(stderr)?.groups?.['fix'];
  return unknown(
    `the proxy did not start${code === undefined ? '' : ` (exit ${code})`}${said === undefined ? '' : `: ${short(said)}`}`,
    next === undefined ? 'run the command of the launch in a terminal to see why' : short(next),
  );
}

export function notInitialisedVerdict(seen: Testimony, { flags }: Wrapped): Verdict {
  if (seen.notStarted !== undefined) return programMissing(seen.notStarted);
  if (seen.ended !== undefined) return serverEnded(seen, 'initialize');
  if (flags.has('mcp-http')) {
    return unknown(
      'the server behind the URL could not be reached, or it turned initialize away',
      'check the URL and the --header of the launch, and that the server runs: curl -i and the URL show what it answers',
    );
  }
  return unknown('the server answered initialize with an error', TRY_BY_HAND);
}

function serverEnded({ ended }: Testimony, step: string): Verdict {
  return unknown(`the server ended (${ended ?? 'unknown how'}) before it answered ${step}`, TRY_BY_HAND);
}

function programMissing(code: string): Verdict {
  return unknown(
    `the proxy runs, but the server's own program could not be started (${code})`,
    'check its name and PATH; `thothctl mcp-config wrap --inherit-path` hands on the PATH of this shell',
  );
}

export function timeoutVerdict(step: string, seconds: number): Verdict {
  return unknown(
    `no answer to ${step} within ${seconds} s`,
    'start the server by hand to see what it waits for, or give --mcp-timeout',
  );
}

function unknown(result: string, fix: string): Verdict {
  return { state: 'unknown', result, fix };
}

function textOf(result: unknown): string {
  const content = isJsonObject(result) ? result['content'] : undefined;
  const [block]: unknown[] = Array.isArray(content) ? content : [];
  return isJsonObject(block) && typeof block['text'] === 'string' ? short(block['text']) : 'no reason given';
}

function short(text: string): string {
  return clean(text).slice(0, MAX_TEXT);
}
