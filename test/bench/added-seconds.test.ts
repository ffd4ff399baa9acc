/** Which seconds of a delay between two invocations AWS did not need. */
import { addedBy, type Delay } from '../../bench/added-seconds';
import type { Awaited } from '../../local/moments';

const DEPLOYMENT = 'the service deployment (new tasks start)';
const LOAD_BALANCER = 'load balancer ecs-express-1 to become active';
const GROUP = 'security group sg-1 (hello), which network interfaces of stopped tasks still use';
const OTHER_GROUP = 'security group sg-2 (bye), which network interfaces of stopped tasks still use';

/** A delay of 15 seconds. */
const delay = (before: readonly string[], after: readonly string[]): Delay => ({
  from: 100_000,
  to: 115_000,
  before,
  after,
});
const at = (what: Awaited, second: number, resource = 'arn:ecs-express-1/x') => ({
  what,
  resource,
  time: 100_000 + second * 1000,
});

test.each<[string, Delay, readonly ReturnType<typeof at>[], number | undefined]>([
  ['is over in the midst', delay([DEPLOYMENT], ['']), [at('service deployment', 4)], 11],
  ['is over right at the look', delay([DEPLOYMENT], ['']), [at('service deployment', 15)], 0],
  ['was over before', delay([DEPLOYMENT], ['']), [at('service deployment', -1)], 15],
  ['goes on', delay([DEPLOYMENT], ['the service deployment (baking)']), [], undefined],
  ['is followed by the like', delay([DEPLOYMENT], [DEPLOYMENT]), [at('service deployment', 4)], 11],
  [
    'is over while something else goes on',
    delay([LOAD_BALANCER, DEPLOYMENT], [DEPLOYMENT]),
    [at('load balancer', 2)],
    undefined,
  ],
  [
    'is the last of two',
    delay([LOAD_BALANCER, DEPLOYMENT], ['']),
    [at('load balancer', 2), at('service deployment', 9)],
    6,
  ],
  ['is of something else', delay([DEPLOYMENT], ['']), [at('load balancer', 9)], 15],
  ['is of another resource', delay([GROUP], ['']), [at('network interfaces', 9, 'sg-2')], 15],
  ['is nothing of AWS', delay(['another change to the scaling'], ['']), [], 15],
  ['is one of two groups', delay([GROUP], [OTHER_GROUP]), [at('network interfaces', 9, 'sg-1')], 6],
])('what is waited for %s', (_case, of, moments, seconds) => {
  expect(addedBy(of, moments)).toBe(seconds === undefined ? undefined : seconds * 1000);
});
