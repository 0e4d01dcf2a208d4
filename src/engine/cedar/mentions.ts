import { UNTYPED_CONTEXT } from './schema.js';

/** What a policy's text can depend on; anything else need not be sent to the engine. */
export interface Mentions {
  /** Context attributes read; undefined when the context is used as a whole. */
  readonly context: ReadonlySet<string> | undefined;
  /** True when an attribute of the principal or resource may be read. */
  readonly attributes: boolean;
  /** Ids of `Thoth::Action` entities. */
  readonly actions: ReadonlySet<string>;
  /** String constants and entity ids outside negations: the tools it names are among them. */
  readonly constants: ReadonlySet<string>;
}

/** Walks a policy in Cedar's JSON form. */
export function mentionsOf(policy: unknown): Mentions {
  const context = new Set<string>();
  const actions = new Set<string>();
  const constants = new Set<string>();
  let wholeContext = false;
  let attributes = false;

  const visit = (node: unknown, key: string, negated: boolean): void => {
    if (Array.isArray(node)) return node.forEach((each) => visit(each, key, negated));
    if (typeof node !== 'object' || node === null) {
      if (typeof node === 'string' && key === 'Value' && !negated) constants.add(node);
      return;
    }
    const members: Record<string, unknown> = { ...node };
    if (typeof members['type'] === 'string' && typeof members['id'] === 'string') {
      if (!negated) constants.add(members['id']);
      if (members['type'] === 'Thoth::Action') actions.add(members['id']);
    }
    const attribute = contextAttribute(members);
    if (attribute !== undefined) {
      context.add(attribute);
      return;
    }
    if (members['Var'] === 'context') wholeContext = true;
    if (members['Var'] === 'principal' || members['Var'] === 'resource') attributes = true;
    for (const [name, member] of Object.entries(members)) {
      if (key === '' && name === 'annotations') continue;
      // Literal records and sets inside a Value keep their own keys; every string in them is a constant.
      visit(member, key === 'Value' ? 'Value' : name, negated || excludes(name, members));
    }
  };
  visit(policy, '', false);
  return { context: wholeContext ? undefined : context, attributes, actions, constants };
}

/** What a policy says it is not about is not named by it. */
function excludes(name: string, members: Record<string, unknown>): boolean {
  return name === '!' || name === '!=' || members['kind'] === 'unless';
}

/** `context.purpose` is `{left: {Var: "context"}, attr: "purpose"}` in both an access and a has. */
function contextAttribute(members: Record<string, unknown>): string | undefined {
  const { left, attr } = members;
  if (typeof left !== 'object' || left === null || !('Var' in left) || left.Var !== 'context')
    return undefined;
  if (typeof attr === 'string') return attr;
  return Array.isArray(attr) && typeof attr[0] === 'string' ? attr[0] : undefined;
}

/** One for a whole set. */
export function joinMentions(several: readonly Mentions[]): Mentions {
  const whole = several.some((each) => each.context === undefined);
  return {
    context: whole ? undefined : new Set(several.flatMap((each) => [...(each.context ?? [])])),
    attributes: several.some((each) => each.attributes),
    actions: new Set(several.flatMap((each) => [...each.actions])),
    constants: new Set(several.flatMap((each) => [...each.constants])),
  };
}

/** True when the policy reads what the caller chose, whose attributes no schema knows. */
export function readsUntyped(mentions: Mentions): boolean {
  return mentions.context === undefined || UNTYPED_CONTEXT.some((name) => mentions.context?.has(name));
}
