/** A piece of program text: a word, a string literal, a sign, or the end of a logical line. */
export interface Token {
  readonly kind: 'word' | 'string' | 'sign' | 'line';
  /** Of a string its value. */
  readonly text: string;
  /** 1-based. */
  readonly line: number;
  /** Column of the first token of a logical line, where layout matters. */
  readonly indent?: number;
  /** A string whose value depends on the running program. */
  readonly dynamic?: boolean;
}

/** Tokens between matching brackets. */
export interface Group {
  readonly kind: 'group';
  readonly text: '(' | '[' | '{';
  readonly line: number;
  readonly nodes: readonly Node[];
}

export type Node = Token | Group;

const CLOSES = { ')': '(', ']': '[', '}': '{' } as const;

/** Puts tokens into their brackets. A bracket that never closes ends with the file. */
export function nest(tokens: readonly Token[]): Node[] {
  const top: Node[] = [];
  const open: { text: Group['text']; line: number; nodes: Node[] }[] = [];
  const nodes = (): Node[] => open.at(-1)?.nodes ?? top;
  const close = (): void => {
    const group = open.pop();
    if (group !== undefined) nodes().push({ kind: 'group', ...group });
  };
  for (const token of tokens) {
    if (token.kind === 'sign' && (token.text === '(' || token.text === '[' || token.text === '{')) {
      open.push({ text: token.text, line: token.line, nodes: [] });
    } else if (token.kind === 'sign' && (token.text === ')' || token.text === ']' || token.text === '}')) {
      if (open.at(-1)?.text === CLOSES[token.text]) close();
    } else nodes().push(token);
  }
  while (open.length > 0) close();
  return top;
}

export function isSign(node: Node | undefined, text: string): boolean {
  return node?.kind === 'sign' && node.text === text;
}

export function isWord(node: Node | undefined): node is Token {
  return node?.kind === 'word';
}

export function isGroup<Text extends Group['text']>(
  node: Node | undefined,
  text: Text,
): node is Group & { readonly text: Text } {
  return node?.kind === 'group' && node.text === text;
}

/** The parts between commas; line ends are left out. */
export function parts(group: Group): Node[][] {
  const found: Node[][] = [[]];
  for (const node of group.nodes) {
    if (isSign(node, ',') || isSign(node, ';')) found.push([]);
    else if (node.kind !== 'line') found.at(-1)?.push(node);
  }
  return found.filter((part) => part.length > 0);
}

/** Value after `key` (word or string) and `sign` among the parts, for example `name = …` or `"name": …`. */
export function valueOf(
  all: readonly (readonly Node[])[],
  keys: readonly string[],
  sign: string,
): Node[] | undefined {
  for (const [key, after, ...value] of all) {
    if ((key?.kind === 'word' || key?.kind === 'string') && keys.includes(key.text) && isSign(after, sign))
      return value;
  }
  return undefined;
}

/** Every list of nodes of a tree, outermost first. */
export function* levels(nodes: readonly Node[]): Iterable<readonly Node[]> {
  yield nodes;
  for (const node of nodes) if (node.kind === 'group') yield* levels(node.nodes);
}

/** The dotted name that ends before `index`: `a.b.c`, and where it begins. */
export function dottedBefore(
  nodes: readonly Node[],
  index: number,
): { names: string[]; start: number } | undefined {
  const names: string[] = [];
  let at = index - 1;
  for (;;) {
    const node = nodes[at];
    if (!isWord(node)) break;
    names.unshift(node.text);
    if (!isSign(nodes[at - 1], '.')) return { names, start: at };
    at -= 2;
  }
  return names.length > 0 ? { names, start: at + 1 } : undefined;
}

/** Text constants of the file by name: `NAME = "text"`. Names given twice are left out. */
export function constants(nodes: readonly Node[]): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  const twice = new Set<string>();
  for (const level of levels(nodes)) {
    level.forEach((node, index) => {
      const value = level[index + 2];
      if (!isWord(node) || !isSign(level[index + 1], '=') || value?.kind !== 'string' || value.dynamic)
        return;
      if (found.has(node.text)) twice.add(node.text);
      found.set(node.text, value.text);
    });
  }
  for (const name of twice) found.delete(name);
  return found;
}

/** The text a value is, when it is one literal or a known constant. */
export function textValue(
  value: readonly Node[] | undefined,
  known: ReadonlyMap<string, string>,
): string | undefined {
  if (value === undefined || value.length === 0) return undefined;
  const [node, next] = value;
  if (next !== undefined && !(isWord(next) && next.text === 'as')) return undefined;
  if (node?.kind === 'string') return node.dynamic === true ? undefined : node.text;
  return isWord(node) ? known.get(node.text) : undefined;
}
