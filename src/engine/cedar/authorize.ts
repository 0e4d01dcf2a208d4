import { LruMap } from '../lru-map.js';
import type { Guard } from './guard/index.js';
import type { CedarLibrary } from './library.js';
import { joinMentions, type Mentions } from './mentions.js';
import type { CedarPolicy } from './policies.js';
import { cedarRequest, type CedarRequest } from './request.js';
import type { PolicyInput } from '../input/build.js';

/** Which policies hold for a call, and which could not be evaluated; by key. */
export interface Satisfied {
  readonly holding: ReadonlySet<string>;
  readonly errors: ReadonlyMap<string, string>;
  /** Set when the whole request was refused, for example by a value Cedar cannot hold. */
  readonly failure: string | undefined;
}

/** The permits or the forbids of a call. */
interface Part {
  readonly name: string;
  readonly guards: readonly Guard[];
}

export interface PolicySetHandle {
  readonly mentions: Mentions;
  readonly parts: readonly Part[];
  readonly answers: LruMap<string, Satisfied>;
}

const PREPARSED_SETS = 512;
const REMEMBERED_ANSWERS = 4096;
const LONGEST_REMEMBERED = 2048;
/** Half of a surrogate pair, in JSON. The engine dies of it, which would count as the policy's fault. */
const NOT_UNICODE = /(?<!\\)(?:\\\\)*\\ud[89a-f]/;
/** An instant past the year 9999, in JSON: only the engine refuses it, so no guard may keep the call from it. */
const FAR_INSTANT = /"arg":"[+-]\d{6}-/;
const NOTHING: Satisfied = { holding: new Set(), errors: new Map(), failure: undefined };

/**
 * Policy sets preparsed in the engine's memory. Permits and forbids of all bundles of a call form one set
 * each: Cedar reports every holding policy only of the effect that decides, and two calls cost less than one
 * per bundle. A part none of whose policies may hold is not asked. Slots are reused, since the engine never frees a set.
 */
export class CedarAuthorizer {
  readonly #cedar: CedarLibrary;
  readonly #slots = new LruMap<string, string>(PREPARSED_SETS, (_name, slot) => this.#free.push(slot));
  readonly #free: string[] = Array.from({ length: PREPARSED_SETS }, (_unused, index) => `slot${index}`);

  constructor(cedar: CedarLibrary) {
    this.#cedar = cedar;
  }

  /** `name` stands for the exact policies; the same name must always mean the same ones. */
  prepare(name: string, policies: ReadonlyMap<string, CedarPolicy>): PolicySetHandle {
    const parts = ['permit', 'forbid'].flatMap((side): Part[] => {
      const own = [...policies].filter(([, policy]) => policy.permits === (side === 'permit'));
      if (own.length === 0) return [];
      const part = `${name}/${side}`;
      this.#sources.set(part, Object.fromEntries(own.map(([key, { text }]) => [key, text])));
      return [{ name: part, guards: own.map(([, { mayHold }]) => mayHold) }];
    });
    return {
      mentions: joinMentions([...policies.values()].map((policy) => policy.mentions)),
      parts,
      answers: new LruMap(REMEMBERED_ANSWERS),
    };
  }

  readonly #sources = new Map<string, Record<string, string>>();

  forget(handle: PolicySetHandle): void {
    for (const part of handle.parts) {
      this.#sources.delete(part.name);
      this.#slots.delete(part.name);
    }
  }

  authorize(handle: PolicySetHandle, input: PolicyInput): Satisfied {
    const request = cedarRequest(input, handle.mentions);
    const key = JSON.stringify(request);
    if (NOT_UNICODE.test(key)) return { ...NOTHING, failure: 'the call holds text that is not Unicode' };
    const parts = FAR_INSTANT.test(key)
      ? handle.parts
      : handle.parts.filter(({ guards }) => guards.some((mayHold) => mayHold(request)));
    if (parts.length === 0) return NOTHING;
    const known = handle.answers.get(key);
    if (known !== undefined) return known;
    const answer = this.#ask(parts, request);
    if (key.length <= LONGEST_REMEMBERED) handle.answers.set(key, answer);
    return answer;
  }

  #ask(parts: readonly Part[], request: CedarRequest): Satisfied {
    const holding = new Set<string>();
    const errors = new Map<string, string>();
    for (const { name } of parts) {
      const slot = this.#slotOf(name);
      if (slot === undefined) return { holding, errors, failure: 'the policy set does not parse' };
      const answer = this.#cedar.statefulIsAuthorized({ ...request, preparsedPolicySetId: slot });
      if (answer.type === 'failure')
        return { holding, errors, failure: answer.errors.map((each) => each.message).join('; ') };
      for (const id of answer.response.diagnostics.reason) holding.add(id);
      for (const each of answer.response.diagnostics.errors) errors.set(each.policyId, each.error.message);
    }
    return { holding, errors, failure: undefined };
  }

  #slotOf(part: string): string | undefined {
    const known = this.#slots.get(part);
    if (known !== undefined) return known;
    const texts = this.#sources.get(part);
    if (texts === undefined) return undefined;
    if (this.#free.length === 0) this.#slots.evictOldest();
    const slot = this.#free.pop();
    if (slot === undefined) return undefined;
    if (this.#cedar.preparsePolicySet(slot, { staticPolicies: texts }).type === 'failure') {
      this.#free.push(slot);
      return undefined;
    }
    this.#slots.set(part, slot);
    return slot;
  }
}
