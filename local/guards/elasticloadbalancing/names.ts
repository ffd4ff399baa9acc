/** Names of load balancers and target groups. */
import { AwsError } from '../../service';

const LONGEST = 32;

/** What is wrong with a name, in ELB's words; a rule for each line. */
const RULES: readonly (readonly [test: (name: string) => boolean, words: string])[] = [
  [(name) => name.length <= LONGEST, `cannot be longer than '${LONGEST}' characters`],
  [
    (name) => /^[a-zA-Z0-9-]*$/.test(name),
    'can only contain characters that are alphanumeric characters and hyphens(-)',
  ],
  [(name) => !/^-|-$/.test(name), "cannot begin or end with '-'"],
];

/**
 * @param kind how the message begins, e.g. `Load balancer`.
 * @throws AwsError ValidationError.
 */
export function checkName(kind: string, name: string): void {
  const broken = RULES.find(([test]) => !test(name));
  if (broken) throw new AwsError('ValidationError', `${kind} name '${name}' ${broken[1]}`);
  if (kind === 'Load balancer' && name.startsWith('internal-')) {
    throw new AwsError('ValidationError', `Load balancer name '${name}' cannot begin with 'internal-'`);
  }
}
