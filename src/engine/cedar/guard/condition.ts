import { isJsonObject } from '../../json-object.js';
import { both, either, not, UNSURE, type Truth } from './truth.js';
import { isPlain, isRecord, literalsOf, valueOf } from './value.js';
import { wildcard } from './wildcard.js';

const DEEPEST = 64;

const COMPARISONS: Readonly<Record<string, (left: number, right: number) => boolean>> = {
  '<': (left, right) => left < right,
  '<=': (left, right) => left <= right,
  '>': (left, right) => left > right,
  '>=': (left, right) => left >= right,
};

/** An expression in Cedar's JSON form: `{operator: operands}`. */
export function truthOf(expression: unknown, depth = 0): Truth {
  if (depth > DEEPEST || !isJsonObject(expression)) return UNSURE;
  const [operator = '', ...others] = Object.keys(expression);
  const operands = expression[operator];
  if (others.length > 0 || !isJsonObject(operands)) return UNSURE;
  const { left, right } = operands;
  const truth = (operand: unknown): Truth => truthOf(operand, depth + 1);
  switch (operator) {
    case '&&':
      return both(truth(left), truth(right));
    case '||':
      return either(truth(left), truth(right));
    case '!':
      return not(truth(operands['arg']));
    case '==':
      return equals(left, right);
    case '!=':
      return not(equals(left, right));
    case 'has':
      return has(left, operands['attr']);
    case 'like':
      return like(left, operands['pattern']);
    case 'contains':
      return contains(left, right);
    case '.':
      return flag(expression);
    default:
      return compares(COMPARISONS[operator], left, right);
  }
}

/** Of two plain values; values of different types differ. */
function equals(left: unknown, right: unknown): Truth {
  const [first, second] = [valueOf(left), valueOf(right)];
  return (request) => {
    const [one, other] = [first(request), second(request)];
    return isPlain(one) && isPlain(other) ? one === other : undefined;
  };
}

function compares(
  comparison: ((left: number, right: number) => boolean) | undefined,
  left: unknown,
  right: unknown,
): Truth {
  if (comparison === undefined) return UNSURE;
  const [first, second] = [valueOf(left), valueOf(right)];
  return (request) => {
    const [one, other] = [first(request), second(request)];
    return typeof one === 'number' && typeof other === 'number' ? comparison(one, other) : undefined;
  };
}

function has(left: unknown, name: unknown): Truth {
  if (typeof name !== 'string') return UNSURE;
  const record = valueOf(left);
  return (request) => {
    const found = record(request);
    return isRecord(found) ? Object.hasOwn(found, name) : undefined;
  };
}

function like(left: unknown, pattern: unknown): Truth {
  const matches = wildcard(pattern);
  if (matches === undefined) return UNSURE;
  const text = valueOf(left);
  return (request) => {
    const found = text(request);
    return typeof found === 'string' ? matches(found) : undefined;
  };
}

function contains(set: unknown, member: unknown): Truth {
  const members = literalsOf(set);
  if (members === undefined) return UNSURE;
  const known = new Set(members);
  const value = valueOf(member);
  return (request) => {
    const found = value(request);
    return isPlain(found) ? known.has(found) : undefined;
  };
}

function flag(expression: unknown): Truth {
  const value = valueOf(expression);
  return (request) => {
    const found = value(request);
    return typeof found === 'boolean' ? found : undefined;
  };
}
