import { resolve } from './resolve';
import { isObject, type Node, type Resolved, type Scope } from './scope';
import { anyTruth, type Truth } from './truth';
import { equalsText, Unknown } from './unknown';

/**
 * Whether a condition expression holds in a world. An Fn::Equals over values that are not known is decided by the world
 * (both answers are tried), under a key that is the same for equal expressions, so that equal expressions agree. The
 * answer is 'unknown' only in a world that tries nothing.
 */
export function holds(expression: Node, scope: Scope): Truth {
  const [name, argument] = isObject(expression) ? (Object.entries(expression)[0] ?? []) : [];
  const operands = Array.isArray(argument) ? argument : [argument];
  switch (name) {
    case 'Condition':
      return scope.condition(String(argument));
    case 'Fn::Not':
      return opposite(holds(operands[0], scope));
    case 'Fn::And':
      return opposite(anyTruth(operands, (operand) => opposite(holds(operand, scope))));
    case 'Fn::Or':
      return anyTruth(operands, (operand) => holds(operand, scope));
    case 'Fn::Equals':
      return (
        equal(resolve(operands[0], scope), resolve(operands[1], scope)) ??
        scope.decide(JSON.stringify(operands))
      );
    default:
      return scope.decide(JSON.stringify(expression) ?? '');
  }
}

function opposite(truth: Truth): Truth {
  return truth === 'unknown' ? truth : !truth;
}

/** Whether two values are equal as CloudFormation compares them (as text); undefined when that is not known. */
function equal(left: Resolved, right: Resolved): boolean | undefined {
  if (right instanceof Unknown && !(left instanceof Unknown)) return equal(right, left);
  if (left instanceof Unknown) {
    if (right instanceof Unknown || typeof right === 'object' || right === undefined) return undefined;
    return equalsText(left, String(right)) === false ? false : undefined;
  }
  return typeof left === 'object' || typeof right === 'object'
    ? JSON.stringify(left) === JSON.stringify(right)
    : String(left) === String(right);
}
