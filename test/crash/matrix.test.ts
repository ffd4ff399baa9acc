import type { Call } from '../../local/endpoint/call-log';
import { pointsOf, undisturbedCalls } from './matrix';
import { beyond, withoutHistory } from './observation';
import { Rounds } from './pool';
import { lastLine, summarise } from './report';
import type { Result, Verdict } from './round';

/** Calls as the log has them: `<invocation> <service>:<operation>`. */
function log(...calls: readonly string[]): Call[] {
  return calls.map((text) => {
    const [invocationId, service, operation] = text.split(/[ :]/);
    return { service, operation, caller: { invocationId } } as Call;
  });
}

const CALLS = {
  create: undisturbedCalls(log('1 ec2:Look', '1 ec2:Make', '2 ecs:Poll', '3 ecs:Poll', '4 ec2:Look')),
  delete: undisturbedCalls(log('1 ecs:Remove')),
};

test('a call is known by its service, operation and occurrence', () => {
  expect(CALLS.create.map(({ operation, occurrence }) => `${operation} ${occurrence}`)).toEqual([
    'Look 1',
    'Make 1',
    'Poll 1',
    'Poll 2',
    'Look 2',
  ]);
});

test.each([
  ['every call, but those of an invocation that repeats the one before', {}, [1, 2, 3, 5]],
  ['these too, if they are asked for', { repeated: true }, [1, 2, 3, 4, 5]],
  ['one call', { call: 2 }, [2]],
  ['every second call', { step: 2 }, [1, 3]],
])('points are at %s', (_title, choice, numbers) => {
  const points = pointsOf(CALLS, { ...choice, operations: ['create'], faults: ['throttle'] });
  expect(points.map(({ call }) => call.number)).toEqual(numbers);
});

test('a process that dies with its answer on record dies once for each invocation', () => {
  const points = pointsOf(CALLS, { operations: ['create'], faults: ['killed-after-answer'] });
  expect(points.map(({ call }) => call.number)).toEqual([2, 3, 5]);
});

test('a round takes one point of each operation; what it did not come to is run later', () => {
  const rounds = new Rounds(pointsOf(CALLS, { faults: ['throttle'], step: 3 }));
  const first = rounds.next()!;
  expect(Object.keys(first)).toEqual(['create', 'delete']);
  rounds.giveBack(first, [{ point: first.create!, result: 'leaked', detail: '' }]);
  expect(Object.keys(rounds.next()!)).toEqual(['create', 'delete']);
  expect(rounds.next()).toBeUndefined();
});

test('what an observation has twice and another one once is seen', () => {
  expect(beyond(['a', 'a', 'b'], ['a', 'b', 'c'])).toEqual(['a']);
});

test('task definition revisions count once, those of others as often as they are there', () => {
  const [ours, foreign] = ['AWS::ECS::TaskDefinition ours:*', 'AWS::ECS::TaskDefinition foreign:*'];
  expect(withoutHistory([ours, ours, foreign, foreign], [ours])).toEqual([ours, foreign, foreign]);
});

test('the last line counts the points whose fault came', () => {
  const results: Result[] = ['same end', 'clean failure', 'diverged', 'leaked', 'leaked', 'not reached'];
  const verdicts = results.map((result) => ({ result }) as Verdict);
  expect(lastLine(summarise(verdicts))).toBe('crash: 5 points, 1 diverged, 2 leaked');
});
